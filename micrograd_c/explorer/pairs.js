// Pairs [high, low] of numbers, whose sum has twice the digits (T. J. Dekker, A floating-point
// technique for extending the available precision, 1971), and what is made of them: fused
// multiply-adds, and the numbers of tables.
"use strict";

function twoSum(a, b) {
  const high = a + b;
  const ofB = high - a;
  return [high, a - (high - ofB) + (b - ofB)];
}

function fastTwoSum(a, b) {
  const high = a + b;
  return [high, b - (high - a)];
}

function twoProduct(a, b) {
  const ta = 134217729 * a;
  const tb = 134217729 * b;
  const aHigh = ta - (ta - a);
  const bHigh = tb - (tb - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  const high = a * b;
  return [high, aHigh * bHigh - high + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

// a * b + c, rounded once, but for very few numbers.
function fusedMultiplyAdd(a, b, c) {
  const [product, low] = twoProduct(a, b);
  const [high, rest] = twoSum(product, c);
  return high + (low + rest);
}

const ROUNDER = 6755399441055744; // adding and subtracting it rounds to an integer

function plus(a, b) {
  const [high, low] = twoSum(a[0], b[0]);
  return fastTwoSum(high, low + a[1] + b[1]);
}

function times(a, b) {
  const [high, low] = twoProduct(a[0], b[0]);
  return fastTwoSum(high, low + a[0] * b[1] + a[1] * b[0]);
}

function over(a, b) {
  const high = a[0] / b[0];
  const [product, low] = twoProduct(high, b[0]);
  return fastTwoSum(high, (a[0] - product - low + a[1] - high * b[1]) / b[0]);
}

const twice = (a) => [2 * a[0], 2 * a[1]];
const minus = (a) => [-a[0], -a[1]];
const ONE = [1, 0];

const INVERSE_FACTORIALS = []; // 1 / n! as pairs; n! is exact up to 22
for (let n = 0, f = 1; n <= 22; f *= ++n) INVERSE_FACTORIALS.push(over(ONE, [f, 0]));

// The sum of x ** n / n! over the given n, from the highest to the lowest: x ** step is power.
function taylor(highest, lowest, step, power) {
  let out = INVERSE_FACTORIALS[highest];
  for (let n = highest - step; n >= lowest; n -= step)
    out = plus(times(out, power), INVERSE_FACTORIALS[n]);
  return out;
}

// sin(x) and cos(x) for |x| < 1.
function sinPair(x) {
  const square = minus(twoProduct(x, x));
  return times([x, 0], taylor(21, 1, 2, square));
}

const cosPair = (x) => taylor(22, 0, 2, minus(twoProduct(x, x)));

const LN2 = [0.6931471805599453, 2.3190468138462996e-17];
const LN2_HIGH = 0.6931471803691238; // 33 bits, so that k * LN2_HIGH is exact
const LN2_LOW = [1.9082149292705877e-10, 1.1612227229362533e-26];

// [k, p]: exp of the pair x is 2 ** k * (1 + p), for |x| < 1e4.
function expParts(x) {
  const k = Math.round(x[0] / Math.LN2);
  let r = plus([x[0] - k * LN2_HIGH, x[1]], times([-k, 0], LN2_LOW));
  r = [r[0] / 16, r[1] / 16];
  let p = times(r, taylor(10, 1, 1, r));
  for (let i = 0; i < 4; i++) p = plus(twice(p), times(p, p)); // exp(2 r) - 1
  return [k, p];
}

// log(m) for m near 1, say between 0.5 and 2: a step of Newton's method from Math.log.
function logPair(m) {
  const y = Math.log(m);
  const [k, p] = expParts([-y, 0]);
  const near = m * 2 ** k;
  const d = plus([near - 1, 0], times([near, 0], p)); // m * exp(-y) - 1
  return plus([y, 0], plus(d, [-0.5 * d[0] * d[0], 0]));
}
