// Elementary functions, where JavaScript's own are farther from the C library's than a unit in the
// last place, or would be after one more product. exp, expm1, hypot and those made of them have the
// approximations of glibc, and so its roundings. The others are computed with pairs [high, low] of
// numbers, whose sum has twice the digits (T. J. Dekker, A floating-point technique for extending
// the available precision, 1971), and so nearly always are the numbers nearest to the true values.
"use strict";

const { log1p, asin, acos, atan, atan2, asinh, acosh, atanh } = Math;

// --- pairs -------------------------------------------------------------------------------------

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

// The sum of x ** n / n! over the given n, from the highest to the lowest: x ** 2 is square.
function taylor(highest, lowest, step, square) {
  let out = INVERSE_FACTORIALS[highest];
  for (let n = highest - step; n >= lowest; n -= step)
    out = plus(times(out, square), INVERSE_FACTORIALS[n]);
  return out;
}

// --- exp, log, powers ----------------------------------------------------------------------------

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

function scaled(x, k) {
  if (k > 1000) return x * 2 ** 1000 * 2 ** (k - 1000);
  return k < -1000 ? x * 2 ** (k + 1000) * 2 ** -1000 : x * 2 ** k;
}

// (high + low) * 2 ** k, rounded once.
function scaledPair([high, low], k) {
  const out = scaled(high, k);
  if (k > -1022) return out;
  return out + scaled(high - scaled(out, -k) + low, k); // it has fewer digits, and was rounded twice
}

function expOfPair(x) {
  if (!(Math.abs(x[0]) < 750)) return Math.exp(x[0]);
  const [k, p] = expParts(x);
  return scaledPair(plus(ONE, p), k);
}

const LN2 = [0.6931471805599453, 2.3190468138462996e-17];

// 2 ** (n / 128) as [h, t]: it is h * (1 + t), where h is the nearest number.
const POWERS_OF_2 = [];
for (let n = 0; n < 128; n++) {
  const [k, p] = expParts(times([n / 128, 0], LN2));
  const [high, low] = plus(ONE, p);
  POWERS_OF_2.push([high * 2 ** k, low / high]);
}

// As glibc has it, where a processor has fused multiply-adds: 2 ** (steps / 128) * (1 + p). The
// constants are those of Arm's optimized-routines (exp_data.c, 2018). Below -512, where numbers may
// have fewer digits, glibc rounds the last product.
function exp(x) {
  if (!(Math.abs(x) < 750)) return Math.exp(x);
  const steps = Math.round(x * (128 / Math.LN2));
  const r = fusedMultiplyAdd(steps, -1.2864023111638346e-14, x - steps * 0.005415212348111709);
  const [h, t] = POWERS_OF_2[((steps % 128) + 128) % 128];
  const square = r * r;
  let p = fusedMultiplyAdd(r, 0.16666666666665886, 0.49999999999996786);
  p = fusedMultiplyAdd(square, p, t + r);
  const rest = fusedMultiplyAdd(r, 0.008333335853059549, 0.0416666808410674);
  p = fusedMultiplyAdd(square * square, rest, p);
  const product = x < -512 ? [h * p, 0] : twoProduct(h, p);
  return scaledPair(plus([h, 0], product), Math.floor(steps / 128));
}

const multiplyAdd = (a, b, c) => a * b + c;

// Pairs of terms, as glibc sums them: (c0 + c1 * x) + x ** 2 * (c2 + c3 * x) + ...
function sumOfPairs(c, x, add = multiplyAdd) {
  const square = x * x;
  const fourth = square * square;
  const powers = [1, square, fourth, fourth * square, fourth * fourth];
  let out = 0;
  for (let n = 0; n < c.length; n += 2)
    out = add(powers[n / 2], n + 1 < c.length ? add(c[n + 1], x, c[n]) : c[n], out);
  return out;
}

const EXPM1 = [
  1, -3.33333333333331316428e-02, 1.58730158725481460165e-03, -7.93650757867487942473e-05,
  4.00821782732936239552e-06, -2.01099218183624371326e-07,
];

// By fdlibm's approximation (s_expm1.c; Sun Microsystems, 1993), whose constants these are, with
// fused multiply-adds: x is k * ln(2) + r + c, and exp(r + c) - 1 is r - e. What is left is
// 2 ** k * (r - e + 1) - 1, in an order of the terms that depends on k.
function expm1(x) {
  if (!(Math.abs(x) > 2 ** -54 && x > -38 && x < 709)) return Math.expm1(x);
  const k = Math.round(x * Math.LOG2E);
  const first = x - k * LN2_HIGH;
  const r = first - k * LN2_LOW[0];
  const c = first - r - k * LN2_LOW[0];
  const half = 0.5 * r;
  const square = r * half;
  const q = sumOfPairs(EXPM1, square, fusedMultiplyAdd);
  const t = fusedMultiplyAdd(-q, half, 3);
  const ratio = square * ((q - t) / fusedMultiplyAdd(-r, t, 6));
  if (k === 0) return r - fusedMultiplyAdd(r, ratio, -square);
  const e = fusedMultiplyAdd(r, ratio - c, -c) - square;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? 2 * (r + 0.5 - e) : 1 + 2 * (r - e);
  if (k < 0 || k > 56) return scaled(1 - (e - r), k) - 1;
  return scaled(k < 20 ? 1 - 2 ** -k - (e - r) : r - (e + 2 ** -k) + 1, k);
}

// log(x) as a pair, for a normal x: a step of Newton's method from Math.log.
function logPair(x) {
  const k = Math.round(Math.log2(x));
  const m = scaled(x, -k);
  const y = Math.log(m);
  const [, p] = expParts([-y, 0]);
  const d = plus([m - 1, 0], times([m, 0], p)); // m * exp(-y) - 1
  const rest = plus(d, [-0.5 * d[0] * d[0], 0]);
  const near = plus([k * LN2_HIGH, 0], times([k, 0], LN2_LOW));
  return plus(near, plus([y, 0], rest));
}

const isUsual = (x) => x > 1e-300 && x < 1e300;
const log = (x) => (isUsual(x) ? logPair(x)[0] : Math.log(x));

const log2 = (x) => (isUsual(x) ? over(logPair(x), LN2)[0] : Math.log2(x));

// As fdlibm has it, and most C libraries.
function log10(x) {
  if (!isUsual(x)) return Math.log10(x);
  const k = Math.floor(Math.log2(x)) + (x < 1 ? 1 : 0);
  const low = k * 3.6942390771589308e-13 + Math.LOG10E * log(scaled(x, -k));
  return low + k * 0.30102999566361177;
}

function power(x, y) {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  const a = Math.abs(x);
  const out = Math.pow(x, y);
  if (!isUsual(a) || !isUsual(Math.abs(out)) || !(Math.abs(y) < 1e15)) return out;
  return withSign(expOfPair(times(logPair(a), [y, 0])), out);
}

// --- sin, cos, tan -------------------------------------------------------------------------------

// π / 2 in parts of 33 bits, and the rest.
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];

// [quadrant, r]: x is quadrant * π / 2 + r, for |x| < 1e5.
function reduced(x) {
  const k = Math.round(x / (Math.PI / 2));
  let r = twoSum(x - k * HALF_PI[0], -k * HALF_PI[1]);
  r = plus(r, twoProduct(-k, HALF_PI[2]));
  return [((k % 4) + 4) % 4, r];
}

function sinPair(x, quarter) {
  const [k, r] = reduced(x);
  const square = minus(times(r, r));
  const quadrant = (k + quarter) % 4;
  const out = quadrant % 2 ? taylorOf(square, 22, 0) : times(r, taylorOf(square, 21, 1));
  return quadrant > 1 ? minus(out) : out;
}

const taylorOf = (square, highest, lowest) => taylor(highest, lowest, 2, square);
const isReducible = (x) => Math.abs(x) < 1e5 && Math.abs(x) > 1e-8;
const sin = (x) => (isReducible(x) ? sinPair(x, 0)[0] : Math.sin(x));
const cos = (x) => (isReducible(x) ? sinPair(x, 1)[0] : Math.cos(x));
const tan = (x) => (isReducible(x) ? over(sinPair(x, 0), sinPair(x, 1))[0] : Math.tan(x));

// --- hyperbolic functions, hypot ----------------------------------------------------------------

// sinh, cosh and tanh are as fdlibm has them, and most C libraries, so that they round alike.
function sinh(x) {
  const a = Math.abs(x);
  if (!(a > 1e-8 && a < 711)) return Math.sinh(x);
  if (a >= 22) return withSign(halfExp(a), x);
  const t = expm1(a);
  return withSign(0.5 * (a < 1 ? 2 * t - (t * t) / (t + 1) : t + t / (t + 1)), x);
}

function cosh(x) {
  const a = Math.abs(x);
  if (!(a < 711)) return Math.cosh(x);
  if (a < 0.5 * Math.LN2) {
    const t = expm1(a);
    return 1 + (t * t) / (2 * (1 + t));
  }
  return a < 22 ? 0.5 * exp(a) + 0.5 / exp(a) : halfExp(a);
}

// Half of exp(x), which may be too large a number.
function halfExp(x) {
  const out = exp(x);
  if (out < Infinity) return 0.5 * out;
  const root = exp(0.5 * x);
  return 0.5 * root * root;
}

function tanh(x) {
  const a = Math.abs(x);
  if (!(a > 2 ** -55 && a < 22)) return Math.tanh(x);
  const t = expm1(a < 1 ? -2 * a : 2 * a);
  return withSign(a < 1 ? -t / (t + 2) : 1 - 2 / (t + 2), x);
}

// The square root less its error (C. F. Borges, An improved algorithm for hypot(a, b), 2019).
function hypot(x, y) {
  const larger = Math.max(Math.abs(x), Math.abs(y));
  const smaller = Math.min(Math.abs(x), Math.abs(y));
  if (!(larger > 0 && larger < Infinity)) return Math.hypot(x, y);
  if (smaller <= larger * 2 ** -54) return larger + smaller;
  const scale = larger > 1e150 ? 2 ** -600 : larger < 1e-120 ? 2 ** 600 : 1;
  const a = larger * scale;
  const b = smaller * scale;
  const root = Math.sqrt(a * a + b * b);
  let error; // root ** 2 - a ** 2 - b ** 2
  if (root > 2 * b) {
    const d = root - a;
    error = 2 * d * (a - 2 * b) + ((4 * d - b) * b + d * d);
  } else {
    const d = root - b;
    error = a * (2 * d - a) + (d - 2 * (a - b)) * d;
  }
  return (root - error / (2 * root)) / scale;
}
