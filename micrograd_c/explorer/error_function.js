// erf and erfc, with the same roundings as fdlibm's (Sun Microsystems, 1993), which C libraries
// have: those of the engine are at times two or three units in the last place from the true values.
// Where fdlibm has a quotient of polynomials, there is a series or a continued fraction in pairs
// here, which gives the same number but where fdlibm's is not the nearest.
"use strict";

const INVERSE_SQRT_PI = [0.5641895835477563, 7.66772980658294e-18];
const NEAR_ERF_1 = 0.8450629115104675; // fdlibm's c

function erf(x) {
  const a = Math.abs(x);
  if (!(a < 6)) return x !== x ? x : Math.sign(x);
  if (a < 0.84375) return x + x * erfSlope(x);
  if (a < 1.25) return withSign(NEAR_ERF_1 + fromNearErf1(a), x);
  return withSign(1 - erfcOfLarge(a), x);
}

function erfc(x) {
  const a = Math.abs(x);
  if (!(a < 28)) return x !== x ? x : x > 0 ? 0 : 2;
  if (a < 0.84375) {
    if (x < 0.25) return 1 - (x + x * erfSlope(x));
    return 0.5 - (x * erfSlope(x) + (x - 0.5));
  }
  if (a < 1.25) {
    const rest = fromNearErf1(a);
    return x > 0 ? 1 - NEAR_ERF_1 - rest : 1 + (NEAR_ERF_1 + rest);
  }
  if (x < 0) return a > 6 ? 2 : 2 - erfcOfLarge(a);
  return erfcOfLarge(a);
}

// erf(x) / x as a pair, for |x| < 1.25: the series 7.6.1 of dlmf.nist.gov.
function erfRatio(x) {
  const square = minus(twoProduct(x, x));
  let out = [0, 0];
  for (let n = 24; n > 0; n--)
    out = over(times(square, plus(over(ONE, [2 * n + 1, 0]), out)), [n, 0]);
  return times(twice(INVERSE_SQRT_PI), plus(ONE, out));
}

const erfSlope = (x) => plus(erfRatio(x), [-1, 0])[0];
const fromNearErf1 = (a) => plus(times([a, 0], erfRatio(a)), [-NEAR_ERF_1, 0])[0];

// erfc(x) for x >= 1.25: exp(-z * z - 0.5625) * exp((z - x) * (z + x) + rest) / x, where z has the
// first half of the bits of x, so that z * z is exact.
function erfcOfLarge(x) {
  const z = firstHalf(x);
  const ratio = times([x, 0], scaledErfc(x));
  const rest = plus(plus(logPair(ratio[0]), [ratio[1] / ratio[0], 0]), [0.5625, 0]);
  return (exp(-z * z - 0.5625) * exp((z - x) * (z + x) + rest[0])) / x;
}

// erfc(x) * exp(x ** 2) as a pair: the continued fraction 7.9.1 of dlmf.nist.gov.
function scaledErfc(x) {
  let out = [x, 0];
  for (let n = Math.ceil(280 / (x * x)) + 20; n > 0; n--) out = plus([x, 0], over([n / 2, 0], out));
  return over(INVERSE_SQRT_PI, out);
}

function firstHalf(x) {
  const bits = new BigInt64Array(new Float64Array([x]).buffer);
  bits[0] &= -1n << 32n;
  return new Float64Array(bits.buffer)[0];
}
