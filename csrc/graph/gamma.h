/* gamma.h - the logarithm of the gamma function and its derivatives. */
#ifndef MG_GAMMA_H
#define MG_GAMMA_H

/* python_ref/elementary/gamma_template.py does what these functions do, operation by
 * operation, and says where the formulas are from. They never fail: poles are infinities
 * or NaN, as noted. */

/* log(abs(gamma(x))): inf at 0 and the negative integers. */
double mg_lgamma(double x);

/* The derivative of lgamma: -inf at 0.0, inf at -0.0, NaN at the negative integers. */
double mg_digamma(double x);

/* The derivative of order n of digamma. NaN unless n is one of 1, 2, ..., 170. Costs up to
 * n + 30 calls of pow; three times as many for negative x. */
double mg_polygamma(double n, double x);

#endif
