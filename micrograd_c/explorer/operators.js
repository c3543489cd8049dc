// The operator table of python_ref/core/ops.py in JavaScript: one row for each operator.
//
// value(x, y): the result; y is the second operand, or the parameter k of pow_k and the like.
// derivatives: for each operand a function (x, y, out, g) of what its gradient grows by, where g
//   is the gradient that arrives at the result, out.
// text: the operator with its operands. slopes: the derivative by each operand, to be read.
// In both, x, y and out in braces stand for names or numbers.
//
// The numbers have the engine's bits where the C library is glibc with fused multiply-adds, but for
// log2, asin, acos, atan and atan2, which may be a unit in the last place off; docs/explore.md says
// what holds elsewhere. Where the engine raises, they are those of IEEE arithmetic. A test compares
// each row with the engine's.
"use strict";

const TWO_OVER_SQRT_PI = 1.1283791670955126;
const INVERSE_SQRT_2_PI = 0.3989422804014327;
const SMALLEST_NORMAL = 2.2250738585072014e-308;

const isNormal = (x) => Math.abs(x) >= SMALLEST_NORMAL && Math.abs(x) < Infinity;
const withSign = (x, sign) => (sign < 0 || Object.is(sign, -0) ? -Math.abs(x) : Math.abs(x));

function dLog(x, g) {
  const inverse = 1 / x;
  return isNormal(inverse) ? inverse * g : g / x;
}

function oneMinusSquare(x) {
  const square = x * x; // near 1, 1 - square loses up to half of the digits
  return square > 0.5 ? (1 - x) * (1 + x) : 1 - square;
}

function dAtan(x, g) {
  const square = x * x;
  return square > 1e300 && Number.isFinite(x) ? g / x / x : (1 / (1 + square)) * g;
}

// g * a / (x * x + y * y), also where the square overflows or underflows.
function overSquare(a, x, y, g) {
  const square = x * x + y * y;
  const larger = Math.abs(x) > Math.abs(y) ? Math.abs(x) : Math.abs(y);
  if ((square > 1e-280 && square < 1e300) || !(larger > 0 && larger < Infinity))
    return (a / square) * g;
  x /= larger;
  y /= larger;
  return ((a / larger / (x * x + y * y)) * g) / larger;
}

function dPowerBase(x, y, g) {
  if (y === 0 || y === 1) return y * g; // finite at x = 0
  if (y === 2) return y * x * g;
  const slope = power(x, y - 1);
  if (!isNormal(slope) && slope === slope && x !== 0 && Number.isFinite(x)) {
    const root = power(Math.abs(x), 0.5 * (y - 1)); // the product may be finite
    return withSign(root, slope) * y * g * root;
  }
  return y * slope * g;
}

const dPowerExponent = (x, y, out, g) => (x === 0 && y >= 0 ? 0 : out * log(x) * g);

function dSilu(x, out, g) {
  const s = sigmoid(x);
  return (x > 0 ? s * (1 - silu(-x)) : s + out * sigmoid(-x)) * g;
}

function dGelu(x, g) {
  let below = normalCdf(x);
  if (Math.abs(x) <= 40) below += x * (exp(x * x * -0.5) * INVERSE_SQRT_2_PI);
  return below * g;
}

// g * a / out, where a is x or y; 0 where both are 0.
function dHypot(a, x, y, out, g) {
  if (out === 0) return 0;
  if (out < 1e-290) {
    // it may have fewer digits
    a *= 2 ** 600;
    out = hypot(x * 2 ** 600, y * 2 ** 600);
  }
  return (a / out) * g;
}

const sigmoid = (x) => (x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)));
const silu = (x) => (x < -800 ? -0 : x * sigmoid(x));
const normalCdf = (x) => 0.5 * erfc(x * -Math.SQRT1_2);
const maximum = (x, y) => (x >= y || x !== x ? x : y); // a NaN on either side comes out
const minimum = (x, y) => (x <= y || x !== x ? x : y);
const zero = () => 0;

const binary = (text, value, slopes, derivatives) => ({ text, value, slopes, derivatives });
const unary = (text, value, slope, derivative) => binary(text, value, [slope], [derivative]);

// Derivatives that are 0 where g is 0: where the derivative is infinite, they would be NaN.
// The rows of ops.py with may_raise have them.
function passingZero(row) {
  const derivatives = row.derivatives.map(
    (d) => (x, y, out, g) => (g === 0 ? 0 : d(x, y, out, g)),
  );
  return { ...row, derivatives, mayRaise: true };
}

const OPERATORS = {
  add: binary("{x} + {y}", (x, y) => x + y, ["1", "1"], [(x, y, o, g) => g, (x, y, o, g) => g]),
  mul: binary("{x} × {y}", (x, y) => x * y, ["{y}", "{x}"],
    [(x, y, o, g) => y * g, (x, y, o, g) => x * g]),
  pow: passingZero(binary("{x} ^ {y}", (x, y) => power(x, y),
    ["{y} × {x} ^ ({y} − 1)", "{out} × log {x}"],
    [(x, y, o, g) => dPowerBase(x, y, g), dPowerExponent])),
  pow_k: passingZero(unary("{x} ^ {y}", (x, k) => power(x, k), "{y} × {x} ^ ({y} − 1)",
    (x, k, o, g) => dPowerBase(x, k, g))),
  leaky_relu: unary("leaky_relu({x}, {y})", (x, k) => (x < 0 ? k * x : x), "1 if {x} > 0, else {y}",
    (x, k, o, g) => (x > 0 ? g : k * g)),
  abs: unary("|{x}|", Math.abs, "sign of {x}", (x, y, o, g) => (x > 0 ? g : x < 0 ? -g : 0 * x)),
  relu: unary("relu({x})", (x) => (x < 0 ? 0 : x), "1 if {out} > 0, else 0",
    (x, y, out, g) => (out > 0 ? g : 0)),
  tanh: passingZero(unary("tanh({x})", (x) => tanh(x), "1 − {out}²",
    (x, y, out, g) => (1 - out * out) * g)),
  sigmoid: passingZero(unary("sigmoid({x})", (x) => sigmoid(x), "{out} × (1 − {out})",
    (x, y, out, g) => out * (1 - out) * g)),
  softplus: passingZero(unary("softplus({x})",
    (x) => (x > 0 ? x : 0) + log1p(exp(-Math.abs(x))), "sigmoid({x})",
    (x, y, out, g) => sigmoid(x) * g)),
  silu: passingZero(unary("silu({x})", (x) => silu(x),
    "sigmoid({x}) + {out} × sigmoid(−{x})", (x, y, out, g) => dSilu(x, out, g))),
  gelu: passingZero(unary("gelu({x})", (x) => (x < -40 ? -0 : x * normalCdf(x)),
    "Φ({x}) + {x} × φ({x})", (x, y, out, g) => dGelu(x, g))),
  exp: passingZero(unary("exp({x})", (x) => exp(x), "{out}", (x, y, out, g) => out * g)),
  exp2: passingZero(unary("exp2({x})", (x) => power(2, x), "{out} × log 2",
    (x, y, out, g) => out * Math.LN2 * g)),
  expm1: passingZero(unary("expm1({x})", (x) => expm1(x), "{out} + 1",
    (x, y, out, g) => (out + 1) * g)),
  log: passingZero(unary("log({x})", (x) => log(x), "1 / {x}", (x, y, out, g) => dLog(x, g))),
  log2: passingZero(unary("log2({x})", (x) => log2(x), "1 / ({x} × log 2)",
    (x, y, out, g) => dLog(x, g) * Math.LOG2E)),
  log10: passingZero(unary("log10({x})", (x) => log10(x), "1 / ({x} × log 10)",
    (x, y, out, g) => dLog(x, g) * Math.LOG10E)),
  log1p: passingZero(unary("log1p({x})", (x) => log1p(x), "1 / (1 + {x})",
    (x, y, out, g) => (1 / (1 + x)) * g)),
  sqrt: passingZero(unary("sqrt({x})", Math.sqrt, "0.5 / {out}",
    (x, y, out, g) => (0.5 / out) * g)),
  sin: passingZero(unary("sin({x})", (x) => sin(x), "cos({x})", (x, y, out, g) => cos(x) * g)),
  cos: passingZero(unary("cos({x})", (x) => cos(x), "−sin({x})", (x, y, out, g) => -sin(x) * g)),
  tan: passingZero(unary("tan({x})", (x) => tan(x), "1 + {out}²",
    (x, y, out, g) => (1 + out * out) * g)),
  asin: passingZero(unary("asin({x})", (x) => asin(x), "1 / sqrt(1 − {x}²)",
    (x, y, out, g) => (1 / Math.sqrt(oneMinusSquare(x))) * g)),
  acos: passingZero(unary("acos({x})", (x) => acos(x), "−1 / sqrt(1 − {x}²)",
    (x, y, out, g) => (-1 / Math.sqrt(oneMinusSquare(x))) * g)),
  atan: passingZero(unary("atan({x})", (x) => atan(x), "1 / (1 + {x}²)",
    (x, y, out, g) => dAtan(x, g))),
  sinh: passingZero(unary("sinh({x})", (x) => sinh(x), "cosh({x})",
    (x, y, out, g) => cosh(x) * g)),
  cosh: passingZero(unary("cosh({x})", (x) => cosh(x), "sinh({x})",
    (x, y, out, g) => sinh(x) * g)),
  asinh: passingZero(unary("asinh({x})", (x) => asinh(x), "1 / sqrt({x}² + 1)",
    (x, y, out, g) => (1 / hypot(x, 1)) * g)),
  acosh: passingZero(unary("acosh({x})", (x) => acosh(x), "1 / sqrt({x}² − 1)",
    (x, y, out, g) => (1 / (Math.sqrt(x - 1) * Math.sqrt(x + 1))) * g)),
  atanh: passingZero(unary("atanh({x})", (x) => atanh(x), "1 / (1 − {x}²)",
    (x, y, out, g) => (1 / oneMinusSquare(x)) * g)),
  erf: passingZero(unary("erf({x})", (x) => erf(x), "2 / sqrt(π) × exp(−{x}²)",
    (x, y, out, g) => TWO_OVER_SQRT_PI * exp(-(x * x)) * g)),
  erfc: passingZero(unary("erfc({x})", (x) => erfc(x), "−2 / sqrt(π) × exp(−{x}²)",
    (x, y, out, g) => -TWO_OVER_SQRT_PI * exp(-(x * x)) * g)),
  lgamma: passingZero(unary("lgamma({x})", (x) => lgamma(x), "digamma({x})",
    (x, y, out, g) => digamma(x) * g)),
  digamma: passingZero(unary("digamma({x})", (x) => digamma(x), "polygamma({x}, 1)",
    (x, y, out, g) => polygamma(x, 1) * g)),
  floor: unary("floor({x})", Math.floor, "0", zero),
  ceil: unary("ceil({x})", Math.ceil, "0", zero),
  sign: unary("sign({x})", Math.sign, "0", zero),
  atan2: passingZero(binary("atan2({x}, {y})", (x, y) => atan2(x, y),
    ["{y} / ({x}² + {y}²)", "−{x} / ({x}² + {y}²)"],
    [(x, y, out, g) => overSquare(y, x, y, g), (x, y, out, g) => overSquare(-x, x, y, g)])),
  hypot: passingZero(binary("hypot({x}, {y})", (x, y) => hypot(x, y),
    ["{x} / {out}", "{y} / {out}"],
    [(x, y, out, g) => dHypot(x, x, y, out, g), (x, y, out, g) => dHypot(y, x, y, out, g)])),
  maximum: binary("max({x}, {y})", maximum, ["1 if {x} ≥ {y}, else 0", "0 if {x} ≥ {y}, else 1"],
    [(x, y, o, g) => (x >= y || x !== x ? g : 0), (x, y, o, g) => (x >= y || x !== x ? 0 : g)]),
  minimum: binary("min({x}, {y})", minimum, ["1 if {x} ≤ {y}, else 0", "0 if {x} ≤ {y}, else 1"],
    [(x, y, o, g) => (x <= y || x !== x ? g : 0), (x, y, o, g) => (x <= y || x !== x ? 0 : g)]),
  if_positive: binary("{y} if {x} > 0, else −0", (x, y) => (x > 0 ? y : -0),
    ["0", "1 if {x} > 0, else 0"], [zero, (x, y, o, g) => (x > 0 ? g : 0)]),
  if_not_positive: binary("−0 if {x} > 0, else {y}", (x, y) => (x > 0 ? -0 : y),
    ["0", "0 if {x} > 0, else 1"], [zero, (x, y, o, g) => (x > 0 ? 0 : g)]),
  less: binary("{x} < {y}", (x, y) => (x < y ? 1 : 0), ["0", "0"], [zero, zero]),
  less_equal: binary("{x} ≤ {y}", (x, y) => (x <= y ? 1 : 0), ["0", "0"], [zero, zero]),
  divide: passingZero(binary("{x} / {y}", (x, y) => x / y, ["1 / {y}", "−{out} / {y}"],
    [(x, y, out, g) => g / y, (x, y, out, g) => (-out / y) * g])),
  scale: passingZero(binary("{x} × {y}", (x, y) => (y === 0 ? 0 : x * y), ["{y}", "{x}"],
    [(x, y, o, g) => y * g, (x, y, o, g) => x * g])),
  polygamma: passingZero(unary("polygamma({x}, {y})", (x, k) => polygamma(x, k),
    "polygamma({x}, {y} + 1)", (x, k, out, g) => polygamma(x, k + 1) * g)),
  detach: unary("detach({x})", (x) => x, "0", zero),
};
