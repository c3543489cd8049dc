// erf and erfc, by the polynomials of python_ref/elementary/error_function.py, which the page has
// in TABLES.
"use strict";

// The coefficients start with that of the lowest power.
const polynomialUp = (coefficients, x) => coefficients.reduceRight((out, c) => out * x + c, 0);

function erf(x) {
  const a = Math.abs(x);
  if (!(a >= 0.875)) {
    const z = x * x - 0.3812406484863818;
    return x + x * (z * polynomialUp(TABLES.ERF, z));
  }
  const s = Math.min(a, 6) - 0.875;
  const [first, ...others] = TABLES.ERF_LOG;
  return withSign(1 - exp(-(1.5322265625 + (first + s * polynomialUp(others, s)))), x);
}

function erfc(x) {
  if (x < 0) return 2 - erfcOfPositive(Math.min(-x, 26));
  return x > 28 ? 0 : erfcOfPositive(x);
}

// exp(-x ** 2) times a function of u = 1 / (x + 2), whose first terms are computed as pairs.
function erfcOfPositive(x) {
  if (x !== x) return x;
  const u = over(ONE, twoSum(x, 2));
  let q = plus(times(u, [3.8125, 0]), [0.9375, 0]);
  q = plus(times(u, q), [0.5625, 0]);
  const most = times(u, plus(q, [polynomialUp(TABLES.ERFC, u[0] - 0.234375), 0]));
  const [k, p] = expParts(minus(twoProduct(x, x)));
  return scaled(times(most, plus(ONE, p))[0], k);
}
