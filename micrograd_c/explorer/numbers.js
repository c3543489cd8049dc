// Numbers as texts.
"use strict";

// As Python's "%.4g", with a minus sign.
function short(x) {
  if (!Number.isFinite(x)) return x !== x ? "nan" : x > 0 ? "inf" : "−inf";
  if (x === 0) return Object.is(x, -0) ? "−0" : "0";
  const [digits, exponent] = fourDigits(x).split("e");
  const e = Number(exponent);
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const text =
    e < -4 || e >= 4
      ? `${trimmed(digits)}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`
      : trimmed(Number(`${digits}e${exponent}`).toFixed(3 - e));
  return text.replaceAll("-", "−");
}

// x to four digits in scientific notation. Of two that are as near, that with an even last digit,
// as in Python; toExponential takes the larger.
function fourDigits(x) {
  const tie = /^(-?\d\.\d\d[02468])50*(e.*)$/.exec(x.toExponential(20));
  return tie ? tie[1] + tie[2] : x.toExponential(3);
}

// All digits, as Python's repr has them but for the form of exponents.
const exact = (x) => (Number.isFinite(x) ? String(x) : short(x));

// A number as a factor or summand: negative ones in parentheses.
const factor = (x) => (x < 0 || Object.is(x, -0) ? `(${short(x)})` : short(x));

// The number that a text says, as Python's float() reads it; null if it says none.
function numberOf(text) {
  const plain = text.trim().replaceAll("−", "-").replaceAll(",", ".");
  if (/^[+-]?(inf|infinity)$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(plain)) return NaN;
  return plain !== "" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

const signOf = (x) => (x > 0 ? "plus" : x < 0 ? "minus" : "");

const plural = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
