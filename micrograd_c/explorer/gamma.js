// lgamma, digamma and polygamma: the operations of python_ref/elementary/gamma_template.py, whose
// tables the page has in TABLES.
"use strict";

const ONE_MINUS_EULER = 0.42278433509846713;
const HALF_LOG_2_PI_MINUS_HALF = 0.4189385332046727;

// The coefficients start with that of the highest power.
const polynomial = (coefficients, x) => coefficients.reduce((out, c) => out * x + c, 0);

// The distance of x from the next integer, with its sign, in [-0.5, 0.5].
function fromInteger(x) {
  const rest = x % 1;
  return rest > 0.5 ? rest - 1 : rest < -0.5 ? rest + 1 : rest;
}

function lgamma(x) {
  if (!(Math.abs(x) < Infinity)) return x * x; // inf or NaN
  if (x === 0) return Infinity;
  if (x >= -0.5) return lgammaOfPositive(x);
  const distance = Math.abs(fromInteger(x));
  if (distance === 0) return Infinity;
  return log(Math.PI / (-x * sin(Math.PI * distance))) - lgammaOfPositive(-x);
}

// lgamma for x >= -0.5.
function lgammaOfPositive(x) {
  if (x < 0.5) return lgammaOf1Plus(x) - log(Math.abs(x));
  if (x <= 1.5) return lgammaOf1Plus(x - 1);
  if (x < 10) {
    let product = 1;
    while (x > 2.5) {
      x -= 1;
      product *= x;
    }
    const t = x - 2;
    return log(product) + t * (ONE_MINUS_EULER + t * polynomial(TABLES.SERIES, t));
  }
  const inverse = 1 / x;
  const rest = inverse * polynomial(TABLES.STIRLING, inverse * inverse);
  return (x - 0.5) * (log(x) - 1) + (HALF_LOG_2_PI_MINUS_HALF + rest);
}

// lgamma(1 + t) for abs(t) <= 0.5.
const lgammaOf1Plus = (t) =>
  t * (ONE_MINUS_EULER + t * polynomial(TABLES.SERIES, t)) - log1p(t);

function digamma(x) {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x > 0) return digammaOfPositive(x);
  const distance = x > -Infinity ? fromInteger(x) : 0;
  if (!(distance !== 0)) return NaN;
  return digammaOfPositive(1 - x) - Math.PI / tan(Math.PI * distance);
}

function digammaOfPositive(x) {
  let below = 0;
  while (x < 10) {
    below += 1 / x;
    x += 1;
  }
  const inverse = 1 / x;
  const square = inverse * inverse;
  return log(x) - 0.5 * inverse - square * polynomial(TABLES.DIGAMMA, square) - below;
}

// The derivative of order n of digamma. NaN unless n is one of 1, 2, ..., 170.
function polygamma(x, n) {
  if (!(n >= 1 && n <= 170) || n !== Math.floor(n) || x !== x || x === -Infinity) return NaN;
  const s = n + 1;
  const isEven = s % 2 === 0;
  let factor = isEven ? 1 : -1;
  for (let i = 2; i <= n; i++) factor *= i;
  if (x > 0) return factor * zeta(s, x);
  const distance = fromInteger(x);
  if (distance === 0 && x !== 0) return isEven ? Infinity : NaN;
  // The sum of (x + k) ** -s over all integers k, less that over the negative ones.
  const left = zeta(s, 1 - distance);
  const right = zeta(s, 1 + distance);
  const beyond = zeta(s, 1 - x);
  const around = power(distance, -s) + right;
  return factor * (isEven ? around + (left - beyond) : around - (left - beyond));
}

// The sum of (x + k) ** -s over k = 0, 1, ...; for s >= 2 and x > 0.
function zeta(s, x) {
  let out = 0;
  for (; x < s + 10; x += 1) out += power(x, -s);
  const last = power(x, -s);
  out += power(x, 1 - s) / (s - 1) + 0.5 * last;
  let rising = (s * last) / x; // s * (s + 1) * ... * (s + 2j - 2) * x ** -(s + 2j - 1)
  const square = x * x;
  for (const c of TABLES.EULER_MACLAURIN) {
    out += c * rising;
    rising = (rising * (s + 1) * (s + 2)) / square;
    s += 2;
  }
  return out;
}
