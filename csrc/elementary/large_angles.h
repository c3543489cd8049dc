/* large_angles.h - how far an angle of any size is from a multiple of pi / 2. */
#ifndef MG_LARGE_ANGLES_H
#define MG_LARGE_ANGLES_H

#include "elementary/bits.h" /* first */

/* The angle quadrant * pi / 2 + (high - low), where |high - low| <= pi / 4 and |low| is at
 * most about half a unit in high's last place. Only the quadrant's last two bits count. */
typedef struct {
    double high, low;
    uint64_t quadrant;
} mg_angle;

#define MG_PI_HIGH 3.141592653589793
#define MG_PI_LOW 1.2246467991473532e-16
#define MG_HALF_PI_HIGH 1.5707963267948966
#define MG_HALF_PI_LOW 6.123233995736766e-17

/* The first 1216 bits of 2 / pi after the point: enough for 2**1024 */
static const uint32_t MG_TWO_OVER_PI_WORDS[38] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
    0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
    0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b,
    0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7,
    0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1,
    0x1f8d5d08, 0x56033046, 0xfc7b6bab,
};

/* The 64 bits of a number from bit number `from` on. Its words have the lowest bits first.
 */
static inline uint64_t mg_bits_from(const uint32_t *words, int from) {
    const uint32_t *word = words + from / 32;
    int shift = from % 32;
    uint64_t low = word[0] | (uint64_t)word[1] << 32;
    return shift ? low >> shift | (uint64_t)word[2] << (64 - shift) : low;
}

/* x * 2 / pi = quadrant + fraction, for any x >= 1 (M. H. Payne, R. N. Hanek, 1983).
 *
 * x is m * 2**e. Words of 2 / pi whose product with x is a multiple of 4 do not matter,
 * and the 8 after them make the error of the fraction at most 2**-168. The fraction is at
 * least 2**-62 (J.-M. Muller, Elementary Functions, section 11.3.2), so it keeps 106 bits.
 * The words' product with m is exact. About 60 operations of integers. */
static inline mg_angle mg_reduced_large(double x) {
    uint64_t bits = mg_bits_of(fabs(x));
    int e = (int)(bits >> 52) - 1075;
    if (e == 972) /* infinity or NaN */
        return (mg_angle){x - x, 0.0, 0};
    uint64_t m = (bits & 0xfffffffffffff) | 0x10000000000000;
    uint64_t m_low = m & 0xffffffff, m_high = m >> 32;

    int first = e > 2 ? (e - 2) / 32 : 0;
    uint32_t product[12] = {0};
    uint64_t carry_low = 0, carry_high = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t word = MG_TWO_OVER_PI_WORDS[first + 7 - i];
        carry_low += m_low * word + product[i];
        product[i] = (uint32_t)carry_low;
        carry_low >>= 32;
        carry_high += m_high * word;
        product[i + 1] = (uint32_t)carry_high;
        carry_high >>= 32;
    }
    carry_low += product[8];
    product[8] = (uint32_t)carry_low;
    product[9] = (uint32_t)(carry_high + (carry_low >> 32));

    int point = 32 * (first + 8) - e;
    uint64_t quadrant = mg_bits_from(product, point);
    uint64_t high = mg_bits_from(product, point - 64);
    uint64_t middle = mg_bits_from(product, point - 128);
    uint64_t low = mg_bits_from(product, point - 192);
    int negative = (int)(high >> 63); /* nearer to the next quadrant: 1 - fraction */
    if (negative)
        high = ~high, middle = ~middle, low = ~low, quadrant++;
    double unit = 0x1p-53;
    while (!(high >> 63)) {
        high = high << 1 | middle >> 63, middle = middle << 1 | low >> 63, low <<= 1;
        unit *= 0.5;
    }
    double f_high = (double)(int64_t)(high >> 11) * unit;
    uint64_t next = (high << 42 | middle >> 22) & 0x1fffffffffffff;
    double f_low = (double)(int64_t)next * (unit * 0x1p-53);

    mg_pair p = mg_two_product(f_high, MG_HALF_PI_HIGH);
    mg_pair rest = mg_fast_two_sum(
        p.high, p.low + (f_high * MG_HALF_PI_LOW + f_low * MG_HALF_PI_HIGH));
    if (x < 0.0)
        quadrant = 0 - quadrant, negative = !negative;
    return negative ? (mg_angle){-rest.high, rest.low, quadrant}
                    : (mg_angle){rest.high, -rest.low, quadrant};
}

#endif
