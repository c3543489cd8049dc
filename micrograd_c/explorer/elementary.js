// exp, expm1, hyperbolic functions and hypot with the approximations of glibc where a processor has
// fused multiply-adds, and so its roundings. asin, acos, atan and atan2 are JavaScript's own.
"use strict";

const { asin, acos, atan, atan2 } = Math;

// --- exp -----------------------------------------------------------------------------------------

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

// 2 ** (n / 128) as [h, t]: it is h * (1 + t), where h is the nearest number.
const POWERS_OF_2 = [];
for (let n = 0; n < 128; n++) {
  const [k, p] = expParts(times([n / 128, 0], LN2));
  const [high, low] = plus(ONE, p);
  POWERS_OF_2.push([high * 2 ** k, low / high]);
}

const exp = (x) => expOfSum(x, 0);

// exp(x + dx) for a tiny dx: 2 ** (steps / 128) * (1 + p). The constants are those of Arm's
// optimized-routines (exp_data.c, 2018). Up to -512, where numbers may have fewer digits, glibc
// rounds the last product.
function expOfSum(x, dx) {
  if (!(Math.abs(x) < 750)) return Math.exp(x);
  if (Math.abs(x) < 2 ** -54) return 1 + x;
  const fma = fusedMultiplyAdd;
  const steps = fma(x, 128 / Math.LN2, ROUNDER) - ROUNDER;
  const r = fma(steps, -1.2864023111638346e-14, x - steps * 0.005415212348111709) + dx;
  const [h, t] = POWERS_OF_2[((steps % 128) + 128) % 128];
  const square = r * r;
  const low = fma(square, fma(r, 0.16666666666665886, 0.49999999999996786), t + r);
  const rest = fma(r, 0.008333335853059549, 0.0416666808410674);
  const p = fma(square * square, rest, low);
  const product = x <= -512 ? [h * p, 0] : twoProduct(h, p);
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

const HALF_LN2 = 0.3465735912322998; // as fdlibm has it, by 32 bits

// By fdlibm's approximation (s_expm1.c; Sun Microsystems, 1993), whose constants these are, with
// fused multiply-adds: x is k * ln(2) + r + c, and exp(r + c) - 1 is r - e. What is left is
// 2 ** k * (r - e + 1) - 1, in an order of the terms that depends on k.
function expm1(x) {
  if (!(Math.abs(x) > 2 ** -54 && x > -38 && x < 709.78)) return Math.expm1(x);
  const k = Math.abs(x) < HALF_LN2 ? 0 : Math.round(x * Math.LOG2E);
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

// --- hyperbolic functions, hypot ----------------------------------------------------------------

// They are as fdlibm has them, and most C libraries, so that they round alike.
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
  if (a < HALF_LN2) {
    const t = expm1(a);
    return 1 + (t * t) / (2 * (1 + t));
  }
  return a < 22 ? 0.5 * exp(a) + 0.5 / exp(a) : halfExp(a);
}

// Half of exp(x), where exp(x) itself may overflow.
function halfExp(x) {
  if (x < 709.7822265625) return 0.5 * exp(x);
  const root = exp(0.5 * x);
  return 0.5 * root * root;
}

function tanh(x) {
  const a = Math.abs(x);
  if (!(a > 2 ** -55 && a < 22)) return Math.tanh(x);
  const t = expm1(a < 1 ? -2 * a : 2 * a);
  return withSign(a < 1 ? -t / (t + 2) : 1 - 2 / (t + 2), x);
}

function asinh(x) {
  const a = Math.abs(x);
  if (!(a >= 2 ** -28 && a < Infinity)) return x;
  const next = 1 + 2 ** -20; // fdlibm compares 32 bits
  if (a >= 2 ** 28 * next) return withSign(log(a) + Math.LN2, x);
  const square = x * x;
  const root = Math.sqrt(square + 1);
  return withSign(a >= 2 * next ? log(2 * a + 1 / (root + a)) : log1p(a + square / (1 + root)), x);
}

function acosh(x) {
  if (!(x > 1)) return Math.acosh(x);
  if (x >= 2 ** 28) return log(x) + Math.LN2;
  if (x > 2) return log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
  const t = x - 1;
  return log1p(t + Math.sqrt(2 * t + t * t));
}

function atanh(x) {
  const a = Math.abs(x);
  if (!(a > 2 ** -28 && a < 1)) return Math.atanh(x);
  const t = 2 * a;
  return withSign(0.5 * log1p(a < 0.5 ? t + (t * a) / (1 - a) : t / (1 - a)), x);
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
