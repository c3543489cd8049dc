// sin, cos and tan with the operations of glibc where a processor has fused multiply-adds, so that
// they have the bits of an engine there: those of IBM's Accurate Mathematical Library (s_sin.c and
// s_tan.c, 2001), whose constants these are.
"use strict";

// --- x less a multiple of π / 2 ------------------------------------------------------------------

const HALF_PI = [1.5707963407039642, -1.3909067564377153e-08]; // in parts: k * part is exact
const HALF_PI_REST = [-4.97899623147991e-17, -1.9034889620193266e-25];
const HALF_PI_LAST = -4.9789962505147994e-17; // the sum of both

// [k, r, dr]: x is k * π / 2 + r + dr, with |r| of up to π / 4, nearly.
function reduced(x) {
  if (!(Math.abs(x) < 105414336)) return reducedFromLarge(x);
  const [k, near] = nearHalfPi(x);
  const [a, da] = lessMultiple(near, k, HALF_PI_REST[0]);
  const [b, db] = lessMultiple(a, k, HALF_PI_REST[1]);
  return [k, b, da + db];
}

function nearHalfPi(x) {
  const k = fusedMultiplyAdd(x, 2 / Math.PI, ROUNDER) - ROUNDER;
  const near = fusedMultiplyAdd(-k, HALF_PI[0], x);
  return [k, fusedMultiplyAdd(-k, HALF_PI[1], near)];
}

// a - k * part as [r, what r lacks].
function lessMultiple(a, k, part) {
  const r = fusedMultiplyAdd(-k, part, a);
  return [r, fusedMultiplyAdd(-k, part, a - r)];
}

// For |x| > 2 ** 26, with integers of as many bits as it takes.
function reducedFromLarge(x) {
  const a = Math.abs(x);
  const [integer, shift] = a < 2 ** 53 ? [BigInt(a * 2 ** 27), 27n] : [BigInt(a), 0n];
  const turns = (integer * largeNumbers().twoOverPi) >> shift;
  const k = (turns + (1n << (BITS - 1n))) >> BITS;
  const r = ((turns - (k << BITS)) * largeNumbers().halfPi) >> (2n * BITS - 250n);
  const high = Number(r);
  const sign = Math.sign(x);
  const [first, rest] = [high, Number(r - BigInt(high))].map((part) => sign * part * 2 ** -250);
  return [sign * Number(k & 3n), first, rest];
}

const BITS = 1300n; // after the point

// π / 2 by Machin's formula, and its inverse; computed once, where they are needed.
function largeNumbers() {
  largeNumbers.found ??= (() => {
    const halfPi = 8n * arcTangentOfInverse(5n) - 2n * arcTangentOfInverse(239n);
    return { halfPi, twoOverPi: (1n << (2n * BITS)) / halfPi };
  })();
  return largeNumbers.found;
}

function arcTangentOfInverse(n) {
  let power = (1n << BITS) / n;
  let out = 0n;
  for (let odd = 1n; power; odd += 2n, power /= -n * n) out += power / odd;
  return out;
}

// --- sin and cos ---------------------------------------------------------------------------------

// sin and cos of n / 128, as pairs.
const SIN_COS = [];
for (let n = 0; n <= 110; n++) SIN_COS.push([...sinPair(n / 128), ...cosPair(n / 128)]);

const TO_128TH = 52776558133248; // adding and subtracting it rounds to a multiple of 1 / 128
const SIN_SERIES = [
  -0.16666666666666666, 0.008333333333332329, -0.00019841269834414642, 2.755729806860771e-06,
  -2.5022014848318398e-08,
];
const SIN = [-0.16666666666666488, 0.008333332142857223];
const COS = [0.5, -0.04166666666666644, 0.001388888740079376];

// c[0] + c[1] * x + c[2] * x ** 2 + ...
const polynomialUp = (c, x) => c.reduceRight((out, next) => fusedMultiplyAdd(out, x, next));

// [n, r] for x >= 0: x is n / 128 + r.
function beside128th(x) {
  const near = x + TO_128TH - TO_128TH;
  return [near * 128, x - near];
}

// sin(x + dx) for |x| < 0.86 and a tiny dx.
function sinOf(x, dx) {
  const fma = fusedMultiplyAdd;
  if (Math.abs(x) < 0.126) {
    const square = x * x;
    return x + fma(square, fma(polynomialUp(SIN_SERIES, square), x, -0.5 * dx), dx);
  }
  if (x < 0) dx = -dx;
  const [n, r] = beside128th(Math.abs(x));
  const [sine, sineLow, cosine, cosineLow] = SIN_COS[n];
  const square = r * r;
  const sinR = r + fma(r * square, polynomialUp(SIN, square), dx);
  const oneLessCos = fma(r, dx, square * polynomialUp(COS, square));
  const low = fma(-oneLessCos, sine, fma(cosineLow, sinR, sineLow));
  return withSign(sine + fma(sinR, cosine, low), x);
}

// cos(x + dx), likewise.
function cosOf(x, dx) {
  const fma = fusedMultiplyAdd;
  const [n, near] = beside128th(Math.abs(x));
  const [sine, sineLow, cosine, cosineLow] = SIN_COS[n];
  const r = near + (x < 0 ? -dx : dx);
  const square = r * r;
  const sinR = fma(r * square, polynomialUp(SIN, square), r);
  const oneLessCos = square * polynomialUp(COS, square);
  const low = fma(-oneLessCos, cosine, fma(-sineLow, sinR, cosineLow));
  return cosine + fma(-sinR, sine, low);
}

function ofQuadrant(k, r, dr) {
  const out = k & 1 ? cosOf(r, dr) : sinOf(r, dr);
  return k & 2 ? -out : out;
}

const SINE_END = 0.85546875; // below, nothing is subtracted; below the next, π / 2
const COSINE_END = 2.4262638092041016;
const HALF_PI_PAIR = [1.5707963267948966, 6.123233995736766e-17];

function sin(x) {
  const a = Math.abs(x);
  if (!(a >= 2 ** -26 && a < Infinity)) return a < 1 ? x : NaN;
  if (a < SINE_END) return sinOf(x, 0);
  if (a < COSINE_END) return withSign(cosOf(HALF_PI_PAIR[0] - a, HALF_PI_PAIR[1]), x);
  return ofQuadrant(...reduced(x));
}

function cos(x) {
  const a = Math.abs(x);
  if (!(a >= 2 ** -27 && a < Infinity)) return a < 1 ? 1 : NaN;
  if (a < SINE_END) return cosOf(x, 0);
  if (a < COSINE_END) return sinOf(...fastTwoSum(HALF_PI_PAIR[0] - a, HALF_PI_PAIR[1]));
  const [k, r, dr] = reduced(x);
  return ofQuadrant(k + 1, r, dr);
}

// --- tan -----------------------------------------------------------------------------------------

// tan and cot of each point.
const TANGENTS = TAN_POINTS.map((x) => {
  const [sine, cosine] = [sinPair(x), cosPair(x)];
  return [x, over(sine, cosine)[0], over(cosine, sine)[0]];
});
const TAN_SERIES = [
  0.3333333333333333, 0.1333333333332673, 0.05396825411095433, 0.021869380598167253,
  0.008896546349534924,
];
const TAN_REST = [0.3333333333332254, 0.13333354920669913];
const BY_SERIES = 0.060799986124038696;

function tan(x) {
  const a = Math.abs(x);
  if (!(a > 1.2589993048095494e-08 && a < Infinity)) return a < 1 ? x : NaN;
  if (a <= BY_SERIES) return fusedMultiplyAdd(x * (x * x), polynomialUp(TAN_SERIES, x * x), x);
  if (a <= 0.7869997024536133) return withSign(tanByTable(a, 0, false), x);
  const [k, r, dr] = reducedForTan(x);
  const isCotangent = (k & 1) === 1;
  if (Math.abs(r) <= BY_SERIES) return tanBySeries(r, dr, isCotangent);
  const out = tanByTable(Math.abs(r), r < 0 ? -dr : dr, isCotangent);
  return r < 0 !== isCotangent ? -out : out;
}

function reducedForTan(x) {
  const a = Math.abs(x);
  if (a <= 25) {
    const [k, near] = nearHalfPi(x);
    return [k, ...lessMultiple(near, k, HALF_PI_LAST)];
  }
  const [k, r, dr] = a <= 1e8 ? reduced(x) : reducedFromLarge(x);
  return [k, ...fastTwoSum(r, dr)];
}

// tan(x + dx), or -cot(x + dx), for a small x.
function tanBySeries(x, dx, isCotangent) {
  const square = x * x;
  const rest = fusedMultiplyAdd(x * square, polynomialUp(TAN_SERIES, square), dx);
  const pair = fastTwoSum(x, rest);
  return isCotangent ? -over(ONE, pair)[0] : pair[0];
}

// tan(x + dx), or cot(x + dx), for x in [0.06, 0.79].
function tanByTable(x, dx, isCotangent) {
  const [point, tangent, cotangent] = TANGENTS[Math.trunc(fusedMultiplyAdd(256, x, -15.5))];
  const z = x - point + dx;
  const square = z * z;
  const tanZ = fusedMultiplyAdd(z * square, polynomialUp(TAN_REST, square), z);
  const product = tanZ * (tangent + cotangent);
  if (isCotangent) return cotangent - product / (tanZ + tangent);
  return tangent + product / (cotangent - tanZ);
}
