// Logarithms and powers, with the operations of glibc where a processor has fused multiply-adds, so
// that they have the bits of an engine there. log and power are those of Arm's optimized-routines
// (log.c, pow.c and their data, 2018), log10 and log1p those of fdlibm (e_log10.c, s_log1p.c; Sun
// Microsystems, 1993); the constants are theirs. log2 is the nearest number.
"use strict";

const WORDS = new DataView(new ArrayBuffer(8));

// [k, m, part]: x > 0 is m * 2 ** k, where m is in an octave and there in the given one of 128 parts.
// The octave is given by the upper 32 bits of its start.
function inOctave(x, start) {
  let k = 0;
  if (x < 2 ** -1022) {
    x *= 2 ** 52;
    k = -52;
  }
  WORDS.setFloat64(0, x);
  const distance = WORDS.getInt32(0) - start;
  const octaves = distance >> 20;
  WORDS.setInt32(0, distance - (octaves << 20) + start);
  return [k + octaves, WORDS.getFloat64(0), (distance >> 13) & 127];
}

// --- log -----------------------------------------------------------------------------------------

const FROM_0_6875 = 0x3fe60000;
const LOG_TABLE = LOG_INVERSES.map((inverse) => {
  const [high, low] = logPair(inverse);
  return [inverse, roundedTo43Bits(-high - low)];
});
const LOG_LN2 = [0.6931471805598903, 5.497923018708371e-14]; // of both, k * high is exact
const LOG = [
  -0.5000000000000001, 0.33333333331825593, -0.2499999999622955, 0.20000304511814496,
  -0.16667054827627667,
];
const LOG_NEAR_1 = [
  -0.5, 0.3333333333333352, -0.24999999999998432, 0.19999999999320328, -0.16666666669929706,
  0.14285715076560868, -0.12499997863982555, 0.11110712032936046, -0.10000486757818193,
  0.09181994006195467, -0.08328363062289341,
];

// To 43 bits after the point.
function roundedTo43Bits(x) {
  return Math.round(x * 2 ** 43) * 2 ** -43;
}

function log(x) {
  if (!(x > 0 && x < Infinity)) return Math.log(x);
  if (x >= 0.9375 && x < 1.064697265625) return logOf1Plus(x - 1);
  const [k, m, part] = inOctave(x, FROM_0_6875);
  const [inverse, ofCentre] = LOG_TABLE[part];
  const fma = fusedMultiplyAdd;
  const r = fma(m, inverse, -1);
  const near = fma(k, LOG_LN2[0], ofCentre);
  const high = near + r;
  const square = r * r;
  const low = fma(square, LOG[0], fma(k, LOG_LN2[1], near - high + r));
  const rest = fma(fma(r, LOG[4], LOG[3]), square, fma(r, LOG[2], LOG[1]));
  return fma(r * square, rest, low) + high;
}

// For |r| < 0.065. The first term of the series, r - r ** 2 / 2, is summed in two parts.
function logOf1Plus(r) {
  const fma = fusedMultiplyAdd;
  const c = LOG_NEAR_1;
  const square = r * r;
  const cube = r * square;
  const three = (n) => fma(square, c[n + 2], fma(r, c[n + 1], c[n]));
  const rest = fma(fma(fma(cube, c[10], three(7)), cube, three(4)), cube, three(1));
  const upper = fma(-(2 ** 27), r, fma(r, 2 ** 27, r)); // the first half of the bits of r
  const ofUpper = upper * upper;
  const high = fma(ofUpper, c[0], r);
  const low = fma(c[0] * (r - upper), r + upper, fma(ofUpper, c[0], r - high));
  return high + fma(rest, cube, low);
}

// The nearest number. A power of 2 has an integer.
function log2(x) {
  if (!(x > 0 && x < Infinity)) return Math.log2(x);
  const [k, m] = inOctave(x, FROM_0_6875);
  return plus([k, 0], over(logPair(m), LN2))[0];
}

function log10(x) {
  if (!(x > 0 && x < Infinity)) return Math.log10(x);
  let [k, m] = inOctave(x, 0x3ff00000); // 1 <= m < 2
  if (k < 0) {
    k += 1;
    m *= 0.5;
  }
  return k * 3.694239077158931e-13 + Math.LOG10E * log(m) + k * 0.30102999566361177;
}

const LOG1P = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784,
  0.1818357216161805, 0.15313837699209373, 0.14798198605116586,
];

// 1 + x is 2 ** k * (1 + f) + c, with f between sqrt(0.5) - 1 and sqrt(2) - 1, nearly.
function log1p(x) {
  if (!(x > -1 && x < Infinity)) return Math.log1p(x);
  if (Math.abs(x) < 2 ** -54) return x;
  if (Math.abs(x) < 2 ** -29) return x - 0.5 * (x * x);
  const [k, f, c] = log1pParts(x);
  const fma = fusedMultiplyAdd;
  const half = 0.5 * f * f;
  const low = fma(k, LN2_LOW[0], c);
  if (k !== 0 && f >= -1.5 * 2 ** -20 && f < 2 ** -20) {
    if (f === 0) return fma(k, LN2_HIGH, low);
    return fma(k, LN2_HIGH, -(half * fma(-0.6666666666666666, f, 1) - low - f));
  }
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  const [c1, c2, c3, c4, c5, c6, c7] = LOG1P;
  let sum = fma(z, c1, z2 * fma(z, c3, c2));
  sum = fma(z2 * z4, fma(z, c7, c6), fma(z4, fma(z, c5, c4), sum));
  const last = s * (sum + half);
  return k === 0 ? f - (half - last) : fma(k, LN2_HIGH, -(half - (low + last) - f));
}

function log1pParts(x) {
  WORDS.setFloat64(0, x);
  const upper = WORDS.getInt32(0);
  if (upper <= 0x3fda8279 && (upper >= 0 || upper <= (0xbfd2bec3 | 0))) return [0, x, 0];
  const u = x < 2 ** 53 ? 1 + x : x;
  let [k, m] = inOctave(u, 0x3ff00000); // 1 <= m < 2
  const c = u === x ? 0 : (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
  WORDS.setFloat64(0, m);
  if (WORDS.getInt32(0) >= 0x3ff6a09e) {
    k += 1;
    m *= 0.5;
  }
  return [k, m - 1, c];
}

// --- powers --------------------------------------------------------------------------------------

// For each of 128 parts of the octave from 0.7057, a number of few digits near the inverse of its
// centre, and its logarithm's negative: a first part of 43 bits after the point, and the rest.
const FROM_0_7057 = 0x3fe69555;
const POWER_TABLE = [];
for (let part = 0; part < 128; part++) {
  WORDS.setInt32(0, FROM_0_7057 + (part << 13) + (1 << 12));
  WORDS.setInt32(4, 0);
  const exact = 1 / WORDS.getFloat64(0);
  const digits = exact > 1 ? 128 : 256;
  const inverse = Math.abs(exact - 1) < 0.004 ? 1 : Math.round(exact * digits) / digits;
  const [high, low] = minus(logPair(inverse));
  const first = roundedTo43Bits(high);
  POWER_TABLE.push([inverse, first, high - first + low]);
}
const POWER = [
  -0.5, -0.6666666666666679, 0.5000000000000007, 0.7999999995323976, -0.6666666663487739,
  -1.142909628459501, 1.0000415263675542,
];

// log(x) as a pair, with some 68 bits.
function logForPower(x) {
  const [k, m, part] = inOctave(x, FROM_0_7057);
  const [inverse, first, rest] = POWER_TABLE[part];
  const fma = fusedMultiplyAdd;
  const c = POWER;
  const r = fma(m, inverse, -1);
  const near = fma(k, LOG_LN2[0], first);
  const sum = near + r;
  const halved = c[0] * r;
  const square = r * halved; // -r ** 2 / 2
  const high = sum + square;
  const fourth = fma(fma(r, c[6], c[5]), square, fma(c[4], r, c[3]));
  const third = fma(square, fourth, fma(c[2], r, c[1]));
  let low = fma(k, LOG_LN2[1], rest) + (near - sum + r);
  low = low + fma(halved, r, -square) + (sum - high + square);
  low = fma(r * square, third, low);
  const out = high + low;
  return [out, high - out + low];
}

function power(x, y) {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  const a = Math.abs(x);
  const isOrdinary = a > 0 && a < Infinity && Math.abs(y) < 2 ** 63;
  if (!isOrdinary || (x < 0 && !Number.isInteger(y))) return Math.pow(x, y);
  const [high, low] = logForPower(a);
  const product = y * high;
  const rest = fusedMultiplyAdd(y, low, fusedMultiplyAdd(high, y, -product));
  const out = expOfSum(product, rest);
  return x < 0 && y % 2 !== 0 ? -out : out;
}
