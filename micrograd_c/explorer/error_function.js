// erf and erfc by the rational approximations of fdlibm (s_erf.c; Sun Microsystems, 1993), from
// which the constants are. C libraries have the same ones: glibc's erfc is at times two or three
// units in the last place from the true value, and only the same formulas round to the same number.
"use strict";

// For each interval of |x|, the coefficients of numerator and denominator, from the constant up.
const SLOPE = [ // |x| < 0.84375: erf(x) / x - 1, of x ** 2
  [1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
    -5.77027029648944159157e-03, -2.37630166566501626084e-05],
  [1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
    1.32494738004321644526e-04, -3.96022827877536812320e-06],
];
const NEAR_1 = [ // |x| < 1.25: erf(|x|) - ERF_1, of |x| - 1
  [-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
    3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02,
    -2.16637559486879084300e-03],
  [1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
    1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02],
];
const MIDDLE_END = 2.8571414947509766; // 1 / 0.35 to 32 bits, as fdlibm has it
const MIDDLE = [ // |x| < MIDDLE_END: log(erfc(|x|) * |x|) + x ** 2 + 0.5625, of 1 / x ** 2
  [-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
    -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02,
    -8.12874355063065934246e+01, -9.81432934416914548592e+00],
  [1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
    6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02,
    6.57024977031928170135e+00, -6.04244152148580987438e-02],
];
const TAIL = [ // the same for larger x
  [-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
    -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03,
    -4.83519191608651397019e+02],
  [1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
    3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02,
    -2.24409524465858183362e+01],
];
const SLOPE_AT_0 = 1.28379167095512586316e-01; // 2 / sqrt(π) - 1
const ERF_1 = 8.45062911510467529297e-01; // erf(1) to 24 bits

function erf(x) {
  const a = Math.abs(x);
  if (!(a < 6)) return x !== x ? x : Math.sign(x);
  if (a < 2 ** -1015) return 0.0625 * (16 * x + 16 * SLOPE_AT_0 * x);
  if (a < 0.84375) return x + x * erfSlope(x);
  if (a < 1.25) return withSign(ERF_1 + quotient(NEAR_1, a - 1), x);
  return withSign(1 - erfcOfLarge(a), x);
}

function erfc(x) {
  const a = Math.abs(x);
  if (!(a < 28)) return x !== x ? x : x > 0 ? 0 : 2;
  if (a < 0.84375) {
    const rest = x * erfSlope(x);
    return x < 0.25 ? 1 - (x + rest) : 0.5 - (rest + (x - 0.5));
  }
  if (a < 1.25) {
    const rest = quotient(NEAR_1, a - 1);
    return x > 0 ? 1 - ERF_1 - rest : 1 + (ERF_1 + rest);
  }
  if (x < 0) return a > 6 ? 2 : 2 - erfcOfLarge(a);
  return erfcOfLarge(a);
}

function erfSlope(x) {
  return Math.abs(x) < 2 ** -28 ? SLOPE_AT_0 : quotient(SLOPE, x * x);
}

// erfc(x) for x >= 1.25. z has the first half of the bits of x, so that z * z is exact.
function erfcOfLarge(x) {
  const z = firstHalf(x);
  const rest = quotient(x < MIDDLE_END ? MIDDLE : TAIL, 1 / (x * x));
  return (exp(-z * z - 0.5625) * exp((z - x) * (z + x) + rest)) / x;
}

const quotient = ([above, below], x) => sumOfPairs(above, x) / sumOfPairs(below, x);

function firstHalf(x) {
  const bits = new BigInt64Array(new Float64Array([x]).buffer);
  bits[0] &= -1n << 32n;
  return new Float64Array(bits.buffer)[0];
}
