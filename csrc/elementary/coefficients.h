/* coefficients.h - the polynomials of elementary functions; docs/make_polynomials.py wrote it.
 *
 * Coefficients of the lowest power first. Each list says which powers it has, and its largest
 * error as a power of 2. */
#ifndef MG_COEFFICIENTS_H
#define MG_COEFFICIENTS_H

/* powers 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; error 2**-53.0 */
static const double MG_EXP[] = {
    0x1.0000000000001p-1, /* 0.5000000000000001 */
    0x1.5555555555558p-3, /* 0.16666666666666674 */
    0x1.5555555553d66p-5, /* 0.04166666666662415 */
    0x1.111111110f808p-7, /* 0.008333333333322215 */
    0x1.6c16c1788a5adp-10, /* 0.0013888888917200457 */
    0x1.a01a01b009b94p-13, /* 0.00019841269886563802 */
    0x1.a019b913338d2p-16, /* 2.4801521317390652e-05 */
    0x1.71ddf6badec7dp-19, /* 2.755724236744966e-06 */
    0x1.28917dfef2598p-22, /* 2.7620077952243295e-07 */
    0x1.af631dc77317bp-26, /* 2.5110038296727242e-08 */
};

#endif
