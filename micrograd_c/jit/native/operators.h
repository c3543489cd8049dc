/* operators.h - the operators and elementary functions of csrc/, in one text.
 *
 * Written by docs/make_native.py. micrograd_c/jit/native/operators.py reads it.
 */
#define MG_LIKELY(condition) (condition)
#define MG_UNLIKELY(condition) (condition)
#if defined(__GNUC__) || defined(__clang__)
#define MG_FAST_INLINE static inline __attribute__((always_inline))
#else
#define MG_FAST_INLINE static inline
#endif
static inline uint64_t mg_bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
static inline double mg_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
#define MG_ROUNDER 6755399441055744.0
static inline double mg_power_of_two(double k) {
    return mg_from_bits(mg_bits_of(k + (MG_ROUNDER + 1023.0)) << 52);
}
typedef struct {
    double high, low;
} mg_pair;
static inline mg_pair mg_fast_two_sum(double a, double b) {
    double high = a + b;
    return (mg_pair){high, b - (high - a)};
}
static inline mg_pair mg_two_sum(double a, double b) {
    double high = a + b, of_b = high - a;
    return (mg_pair){high, (a - (high - of_b)) + (b - of_b)};
}
static inline mg_pair mg_two_product(double a, double b) {
    const double splitter = 134217729.0;
    double ta = splitter * a, tb = splitter * b;
    double a_high = ta - (ta - a), b_high = tb - (tb - b);
    double a_low = a - a_high, b_low = b - b_high, high = a * b;
    double low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (mg_pair){high, low};
}
static const double MG_EXP[] = {
    0x1.0000000000008p-1,
    0x1.5555555555504p-3,
    0x1.5555555551055p-5,
    0x1.1111111126068p-7,
    0x1.6c16c182bc802p-10,
    0x1.a01a0130b335cp-13,
    0x1.a0199d6694c64p-16,
    0x1.71df1bdc898a0p-19,
    0x1.28aab2b4e04f0p-22,
    0x1.ad88bde8b352dp-26,
};
static const double MG_COTH[] = {
    0x1.5555555555553p-2,
    -0x1.6c16c16c0ac3dp-6,
    0x1.1566ab5c2ba14p-9,
    -0x1.bbd53273e99b2p-13,
    0x1.63f2a09c9432bp-16,
};
static const double MG_COSH[] = {
    0x1.0000000000000p-1,
    0x1.5555555555557p-5,
    0x1.6c16c16c15a6cp-10,
    0x1.a01a01a9e8422p-16,
    0x1.27e4d41cf7c91p-22,
    0x1.1f7f20c80427fp-29,
};
static const double MG_SINH[] = {
    0x1.5555555555556p-3,
    0x1.11111111109b4p-7,
    0x1.a01a01a7c3295p-13,
    0x1.71de0db2376c5p-19,
    0x1.af38a05de0eb8p-26,
};
static const double MG_ATANH[] = {
    0x1.5555555555555p-1,
    0x1.999999999a455p-2,
    0x1.24924923cd3dap-2,
    0x1.c71c72765ed30p-3,
    0x1.745cefc403313p-3,
    0x1.3b18caac25637p-3,
    0x1.10ab0579ff565p-3,
    0x1.ebaa035ad00aep-4,
    0x1.67ff3a8be6d98p-4,
    0x1.4b8574862d6a2p-3,
};
static const double MG_ERF[] = {
    -0x1.33f2d64df5685p-2,
    0x1.6130e82dfe319p-4,
    -0x1.47fdb5b4ebe63p-6,
    0x1.f61746c8e8e97p-9,
    -0x1.45057fb109706p-11,
    0x1.6bbb85a6c64fap-14,
    -0x1.660c9719885edp-17,
    0x1.3a63c442dd598p-20,
    -0x1.f22244f463903p-24,
    0x1.68acbd5705558p-27,
    -0x1.d99111294868ap-31,
};
static const double MG_ERF_LOG[] = {
    0x1.39754d9a6deefp-11,
    0x1.3711709c17b43p+1,
    0x1.a730790b4d445p-1,
    0x1.802c27938a77dp-5,
    -0x1.730b0e970154fp-7,
    0x1.19049a409a369p-9,
    -0x1.a5137d3728ad2p-13,
    -0x1.f157468b41f7dp-15,
    0x1.4a4db87b9fa1fp-15,
    -0x1.982623afb1b83p-17,
    0x1.1195f96095ef3p-19,
    0x1.28b59d6070558p-23,
    -0x1.ff5c2d2a0baf9p-23,
    0x1.9d3e6f7b43307p-24,
    -0x1.ab463d64b8623p-26,
    0x1.3410142f6fc68p-28,
    -0x1.2de1cd05e8812p-31,
    0x1.6ac284eb8dae8p-35,
    -0x1.93898608e6e5bp-40,
};
static const double MG_ERFC[] = {
    -0x1.871cd6d7c2268p-7,
    -0x1.d295e30cd3a37p-4,
    0x1.15771de286909p-1,
    0x1.546544f89bb2cp+1,
    -0x1.3c6b435bf5274p+2,
    -0x1.ef7c6a8565998p+2,
    0x1.5bba542f6d077p+3,
    0x1.2ffc4d85b05f4p+4,
    -0x1.4390ce9c7cbd6p+5,
    -0x1.12039a794764cp+5,
    0x1.521c2e7067b61p+7,
    -0x1.b282cf203ff67p+5,
    -0x1.2364520dad557p+9,
    0x1.0171b4729f3cap+10,
    0x1.ae23eb1d7124cp+9,
    -0x1.729bbfd1b4826p+12,
    0x1.a72059a9d72ebp+12,
    0x1.d2004108ab919p+13,
    -0x1.e55971ef8dcb5p+15,
    0x1.8a82ffb850036p+15,
    0x1.886f61087213bp+17,
    -0x1.2333fcb81b1d7p+19,
    0x1.af0f19e4cf216p+17,
    0x1.8772cc5e10e76p+20,
    -0x1.679953e746584p+21,
    0x1.8e6d890aeb910p+20,
};
static const double MG_ERFC_EXP[] = {
    0x1.0000000000000p-1,
    0x1.5555555555557p-3,
    0x1.5555555555558p-5,
    0x1.11111111100dfp-7,
    0x1.6c16c16c151ffp-10,
    0x1.a01a01abe644dp-13,
    0x1.a01a01acf94c6p-16,
    0x1.71de02371c052p-19,
    0x1.27e4ccd2afbcap-22,
    0x1.af4dddefa2e82p-26,
    0x1.1f8b427a1cc9bp-29,
};
static const double MG_LOG[] = {
    0x1.5555555555572p-1,
    0x1.9999999988984p-2,
    0x1.2492493b416a7p-2,
    0x1.c71c56e31d074p-3,
    0x1.746556c60db56p-3,
    0x1.39b75b49b731fp-3,
    0x1.2e39d0229e887p-3,
};
static const double MG_LOG_PAIR[] = {
    0x1.3333333333333p-1,
    0x1.b6db6db6dc45ap-2,
    0x1.5555555074a3dp-2,
    0x1.1745dbc482708p-2,
    0x1.d889d7bd42ed3p-3,
    0x1.a23fdc8594404p-3,
};
static const double MG_EXP_OF_PAIR[] = {
    0x1.000000000000ep-1,
    0x1.5555555555565p-3,
    0x1.555555554f04bp-5,
    0x1.111111110c807p-7,
    0x1.6c16c1895e89bp-10,
    0x1.a01a01bfaceffp-13,
    0x1.a0198c140aba5p-16,
    0x1.71ddd5333ad99p-19,
    0x1.28ba406a263cdp-22,
    0x1.af9612aec8912p-26,
};
static const double MG_SIN[] = {
    -0x1.5555555555549p-3,
    0x1.111111110f87dp-7,
    -0x1.3b2ac7b44b5c9p+7,
    0x1.0edc7ca608051p+14,
    0x1.5d9315ac0d397p-33,
    0x1.ee9a73f359dc9p-13,
};
static const double MG_COS[] = {
    0x1.555555555554cp-5,
    -0x1.6c16c16c15181p-10,
    -0x1.6f8a979a0d634p+7,
    0x1.7b0bb5b60bdb7p+14,
    -0x1.8faeb64a30ecfp-37,
    -0x1.b188dee039a95p-16,
};
static const double MG_ATAN[] = {
    -0x1.555555555553dp-2,
    0x1.99999999958ebp-3,
    -0x1.24924922b11cap-3,
    0x1.c71c70e7a09f6p-4,
    -0x1.745cf90aea95ap-4,
    0x1.3b111c61402eep-4,
    -0x1.10ebdd7987af5p-4,
    0x1.df11656b1819ep-5,
    -0x1.9cdc1d7c58c10p-5,
    0x1.37ed284314f2bp-5,
    -0x1.259d140540a6ep-6,
};
static const double MG_ASIN[] = {
    0x1.5555555555578p-3,
    0x1.333333332df7bp-4,
    0x1.6db6db72263bdp-5,
    0x1.f1c71a8db1e51p-6,
    0x1.6e8bdfa82d775p-6,
    0x1.1c49e29f67d1ap-6,
    0x1.ca20d060303e1p-7,
    0x1.757b698317838p-7,
    0x1.6174439f0f332p-7,
    0x1.e2ba8b6b3e891p-9,
    0x1.6493b478606abp-6,
    -0x1.5955b2a938097p-6,
    0x1.0bb0af565b9d3p-5,
};
typedef struct {
    double high, low;
    uint64_t quadrant;
} mg_angle;
#define MG_PI_HIGH 3.141592653589793
#define MG_PI_LOW 1.2246467991473532e-16
#define MG_HALF_PI_HIGH 1.5707963267948966
#define MG_HALF_PI_LOW 6.123233995736766e-17
static const uint32_t MG_TWO_OVER_PI_WORDS[38] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
    0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
    0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b,
    0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7,
    0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1,
    0x1f8d5d08, 0x56033046, 0xfc7b6bab,
};
static inline uint64_t mg_bits_from(const uint32_t *words, int from) {
    const uint32_t *word = words + from / 32;
    int shift = from % 32;
    uint64_t low = word[0] | (uint64_t)word[1] << 32;
    return shift ? low >> shift | (uint64_t)word[2] << (64 - shift) : low;
}
static inline mg_angle mg_reduced_large(double x) {
    uint64_t bits = mg_bits_of(fabs(x));
    int e = (int)(bits >> 52) - 1075;
    if (e == 972)
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
    int negative = (int)(high >> 63);
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
#define MG_SIGN ((uint64_t)1 << 63)
static inline uint64_t mg_mask(int condition) { return condition ? ~(uint64_t)0 : 0; }
static inline uint64_t mg_is_negative(double x) { return 0 - (mg_bits_of(x) >> 63); }
static inline double mg_choose(uint64_t mask, double a, double b) {
    return mg_from_bits((mg_bits_of(a) & mask) | (mg_bits_of(b) & ~mask));
}
static inline double mg_or_zero(uint64_t mask, double a) {
    return mg_from_bits(mg_bits_of(a) & mask);
}
static inline double mg_signed(uint64_t sign, double a) {
    return mg_from_bits(mg_bits_of(a) ^ sign);
}
#define MG_QUARTER_PI_HIGH 0.7853981633974483
#define MG_QUARTER_PI_LOW 3.061616997868383e-17
#define MG_TAN_OF_EIGHTH_PI 0.41421356237309503
MG_FAST_INLINE double mg_angle_of(double y, double x) {
    const double *c = MG_ATAN;
    uint64_t sign = mg_bits_of(x) & MG_SIGN, left = mg_is_negative(x);
    double b = fabs(x);
    uint64_t is_low = ~mg_is_negative(b * MG_TAN_OF_EIGHTH_PI - y);
    uint64_t is_high = mg_is_negative(b - y * MG_TAN_OF_EIGHTH_PI);
    uint64_t is_middle = ~(is_low | is_high);
    mg_pair difference = mg_two_sum(y, -b), sum = mg_two_sum(y, b);
    double n = mg_choose(is_low, y, mg_choose(is_high, -b, difference.high));
    double d = mg_choose(is_low, b, mg_choose(is_high, y, sum.high));
    double n_low = mg_or_zero(is_middle, difference.low);
    double d_low = mg_or_zero(is_middle, sum.low);
    double inverse = 1.0 / d, t = n * inverse;
    mg_pair back = mg_two_product(t, d);
    double rest = (((n - back.high) - back.low) + (n_low - t * d_low)) * inverse;
    double z = t * t, z2 = z * z, z4 = z2 * z2;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double q = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double r = (c[8] + c[9] * z) + c[10] * z2;
    double low = (rest - rest * z) + t * z * (p + (q + r * z4) * z4);
    double base =
        mg_or_zero(~is_low, mg_choose(is_high, MG_HALF_PI_HIGH, MG_QUARTER_PI_HIGH));
    double base_low =
        mg_or_zero(~is_low, mg_choose(is_high, MG_HALF_PI_LOW, MG_QUARTER_PI_LOW));
    base = mg_or_zero(left, MG_PI_HIGH) + mg_signed(sign, base);
    base_low = mg_or_zero(left, MG_PI_LOW) + mg_signed(sign, base_low);
    mg_pair angle = mg_fast_two_sum(base, mg_signed(sign, t));
    return angle.high + (angle.low + (base_low + mg_signed(sign, low)));
}
static inline int mg_fast_range_atan(double x) { return fabs(x) < 0x1p+400; }
MG_FAST_INLINE double mg_fast_atan(double x) {
    return copysign(mg_angle_of(fabs(x), 1.0), x);
}
static inline double mg_jit_atan(double x) {
    if (mg_fast_range_atan(x))
        return mg_fast_atan(x);
    return x != x ? x : copysign(MG_HALF_PI_HIGH, x);
}
static inline int mg_fast_range_atan2(double y, double x) {
    double a = fabs(y), b = fabs(x), least = 0x1p-400, most = 0x1p+400;
    return (a < most) & (b < most) & ((a > least) | (a == 0.0)) &
           ((b > least) | (b == 0.0)) & (a + b > 0.0);
}
MG_FAST_INLINE double mg_fast_atan2(double y, double x) {
    return copysign(mg_angle_of(fabs(y), x), y);
}
static inline double mg_jit_atan2(double y, double x) {
    if (mg_fast_range_atan2(y, x))
        return mg_fast_atan2(y, x);
    if (x != x || y != y)
        return x + y;
    double a = fabs(y), b = fabs(x), axis = mg_bits_of(x) >> 63 ? MG_PI_HIGH : 0.0;
    if (a == INFINITY && b == INFINITY)
        return copysign(mg_angle_of(1.0, copysign(1.0, x)), y);
    if (a == 0.0 || b == INFINITY || a < b * 0x1p-100)
        return copysign(axis != 0.0 || a == 0.0 ? axis : a / b, y);
    if (b < a * 0x1p-100)
        return copysign(MG_HALF_PI_HIGH, y);
    double scale = a > 1.0 ? 0x1p-700 : 0x1p+600;
    return copysign(mg_angle_of(a * scale, x * scale), y);
}
static inline int mg_fast_range_asin(double x) { return fabs(x) <= 1.0; }
static inline int mg_fast_range_acos(double x) { return fabs(x) <= 1.0; }
MG_FAST_INLINE mg_pair mg_small_arc(double a, uint64_t is_big) {
    const double *c = MG_ASIN;
    double half = 0.5 * (1.0 - a), root = sqrt(half);
    mg_pair back = mg_two_product(root, root);
    double rest = ((half - back.high) - back.low) / (root + root + 1e-300);
    double x = mg_choose(is_big, root, a), z = mg_choose(is_big, half, a * a);
    double z2 = z * z, z4 = z2 * z2;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double q = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double r = (c[8] + c[9] * z) + (c[10] + c[11] * z) * z2;
    p = p + (q + (r + c[12] * z4) * z4) * z4;
    return (mg_pair){x, mg_or_zero(is_big, rest) + x * z * p};
}
MG_FAST_INLINE double mg_fast_asin(double x) {
    double a = fabs(x);
    uint64_t is_big = mg_is_negative(0.5 - a);
    mg_pair arc = mg_small_arc(a, is_big);
    double factor = mg_choose(is_big, -2.0, 1.0);
    mg_pair sum = mg_fast_two_sum(mg_or_zero(is_big, MG_HALF_PI_HIGH), factor * arc.high);
    double low = mg_or_zero(is_big, MG_HALF_PI_LOW) + factor * arc.low;
    return copysign(sum.high + (sum.low + low), x);
}
static inline double mg_jit_asin(double x) {
    return mg_fast_range_asin(x) ? mg_fast_asin(x) : (x - x) / (x - x);
}
MG_FAST_INLINE double mg_fast_acos(double x) {
    double a = fabs(x);
    uint64_t sign = mg_bits_of(x) & MG_SIGN, is_big = mg_is_negative(0.5 - a);
    uint64_t is_left = is_big & mg_is_negative(x);
    mg_pair arc = mg_small_arc(a, is_big);
    double factor = mg_signed(sign, mg_choose(is_big, 2.0, -1.0));
    double base = mg_or_zero(~is_big, MG_HALF_PI_HIGH) + mg_or_zero(is_left, MG_PI_HIGH);
    double base_low = mg_or_zero(~is_big, MG_HALF_PI_LOW) + mg_or_zero(is_left, MG_PI_LOW);
    mg_pair sum = mg_fast_two_sum(base, factor * arc.high);
    return sum.high + (sum.low + (base_low + factor * arc.low));
}
static inline double mg_jit_acos(double x) {
    return mg_fast_range_acos(x) ? mg_fast_acos(x) : (x - x) / (x - x);
}
#define MG_LN2_HIGH 0.6931471803691238
#define MG_LN2_LOW 1.9082149292705877e-10
#define MG_LN2 0.6931471805599453
#define MG_LOG2_E 1.4426950408889634
#define MG_ROUNDER_26 100663296.0
static inline int mg_fast_range_exp(double x) { return fabs(x) < 708.0; }
static inline double mg_exp_of_rest(double high, double low) {
    const double *c = MG_EXP;
    double r = high - low, r2 = r * r, r4 = r2 * r2;
    double p = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    double p4 = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    double sum = 1.0 + high, rest = high - (sum - 1.0);
    return sum + (rest + (r2 * (p + (p4 + (c[8] + c[9] * r) * r4) * r4) - low));
}
static inline double mg_fast_exp(double x) {
    double shifted = x * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double y = mg_exp_of_rest(x - k * MG_LN2_HIGH, k * MG_LN2_LOW);
    return mg_from_bits(mg_bits_of(y) + (mg_bits_of(shifted) << 52));
}
static inline double mg_scale(double y, double k) {
    double half = k < 0.0 ? -537.0 : 512.0;
    return y * mg_power_of_two(k - half) * mg_power_of_two(half);
}
static inline double mg_jit_exp(double x) {
    if (mg_fast_range_exp(x))
        return mg_fast_exp(x);
    if (x != x || x > 709.79)
        return x * INFINITY;
    if (x < -745.14)
        return 0.0;
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    return mg_scale(mg_exp_of_rest(x - k * MG_LN2_HIGH, k * MG_LN2_LOW), k);
}
static inline int mg_fast_range_exp2(double x) { return fabs(x) < 1021.0; }
#define MG_LN2_27 0.6931471824645996
#define MG_LN2_27_REST -1.904654299957768e-09
static inline double mg_exp2_of_rest(double f) {
    double high = (f + MG_ROUNDER_26) - MG_ROUNDER_26;
    double low = (high - f) * MG_LN2 - high * MG_LN2_27_REST;
    return mg_exp_of_rest(high * MG_LN2_27, low);
}
static inline double mg_fast_exp2(double x) {
    double shifted = x + MG_ROUNDER;
    double y = mg_exp2_of_rest(x - (shifted - MG_ROUNDER));
    return mg_from_bits(mg_bits_of(y) + (mg_bits_of(shifted) << 52));
}
static inline double mg_jit_exp2(double x) {
    if (mg_fast_range_exp2(x))
        return mg_fast_exp2(x);
    if (x != x || x >= 1024.0)
        return x * INFINITY;
    if (x < -1075.0)
        return 0.0;
    double k = (x + MG_ROUNDER) - MG_ROUNDER;
    return mg_scale(mg_exp2_of_rest(x - k), k);
}
typedef struct {
    double k, r, v;
    double high, rest;
} mg_half_exp;
static inline mg_half_exp mg_halve_exp(double h) {
    double k = (h * (2.0 * MG_LOG2_E) + MG_ROUNDER) - MG_ROUNDER;
    double first = h - k * (0.5 * MG_LN2_HIGH), low = k * (0.5 * MG_LN2_LOW);
    double high = (first + MG_ROUNDER_26) - MG_ROUNDER_26;
    double r = first - low, z = r * r, z2 = z * z;
    const double *c = MG_COTH;
    double v = z * ((c[0] + c[1] * z) + z2 * ((c[2] + c[3] * z) + z2 * c[4]));
    return (mg_half_exp){k, r, v, high, (first - high) - low};
}
static inline double mg_combine(mg_half_exp e, double a, double b) {
    return (a + e.high * b) + (e.rest * b + e.v * a);
}
static inline double mg_truncate(double x) {
    return mg_from_bits(mg_bits_of(x) & ~(((uint64_t)1 << 46) - 1));
}
static inline double mg_or_sign(double x, double y) {
    return mg_from_bits(mg_bits_of(x) | (mg_bits_of(y) & (uint64_t)1 << 63));
}
static inline int mg_fast_range_expm1(double x) {
    return (fabs(x) < 700.0) & ((fabs(x) > 1e-300) | (x == 0.0));
}
static inline double mg_fast_expm1(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * x);
    double g = mg_power_of_two(e.k), a = g - 1.0, b = g + 1.0;
    double over = 1.0 / ((1.0 + e.v) - e.r);
    double q = mg_truncate((a + b * e.r) * over);
    double lost = (g - a) - 1.0;
    double first = (((a - q) + e.high * b) + e.high * q) + e.rest * b;
    double y = q + (first + (e.rest * q + e.v * (a - q) + lost)) * over;
    return mg_or_sign(y, x);
}
static inline double mg_jit_expm1(double x) {
    if (mg_fast_range_expm1(x))
        return mg_fast_expm1(x);
    if (fabs(x) < 1.0)
        return x;
    return x < 0.0 ? -1.0 : mg_jit_exp(x);
}
static inline int mg_fast_range_erf(double x) { return x == x; }
static inline double mg_erf_slope(double w) {
    const double *c = MG_ERF;
    double z = w - 0.3812406484863818, z2 = z * z, z4 = z2 * z2;
    double p1 = (c[1] + c[2] * z) + (c[3] + c[4] * z) * z2;
    double p5 = (c[5] + c[6] * z) + (c[7] + c[8] * z) * z2;
    double p9 = c[9] + c[10] * z;
    return z * (c[0] + z * (p1 + (p5 + p9 * z4) * z4));
}
static inline double mg_fast_erf(double x) {
    const double *c = MG_ERF_LOG;
    double near = x + x * mg_erf_slope(x * x);
    double size = fabs(x), s = mg_choose(mg_mask(size < 6.0), size, 6.0) - 0.875;
    double s2 = s * s, s4 = s2 * s2, s8 = s4 * s4;
    double q1 = c[1] * s, q2 = (c[2] + c[3] * s) * s2;
    double q4 = (c[4] + c[5] * s) + (c[6] + c[7] * s) * s2;
    double q8 = (c[8] + c[9] * s) + (c[10] + c[11] * s) * s2;
    double q12 = (c[12] + c[13] * s) + (c[14] + c[15] * s) * s2;
    double q16 = (c[16] + c[17] * s) + c[18] * s2;
    double rest = c[0] + ((q2 + q4 * s4) + (q8 + (q12 + q16 * s4) * s4) * s8);
    double shifted = ((q1 + rest) + 1.5322265625) * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double r = ((k * MG_LN2_HIGH - 1.5322265625) - q1) - (rest - k * MG_LN2_LOW);
    double y = mg_exp_of_rest(r, 0.0);
    double far = 1.0 - mg_from_bits(mg_bits_of(y) - (mg_bits_of(shifted) << 52));
    return copysign(mg_choose(mg_mask(size < 0.875), near, far), x);
}
static inline double mg_jit_erf(double x) {
    return mg_fast_range_erf(x) ? mg_fast_erf(x) : x;
}
#define MG_LN2_20 0.6931467056274414
#define MG_LN2_20_REST 4.7493250390316726e-07
static inline mg_pair mg_erfc_far(double a, double low) {
    const double *c = MG_ERFC, *e = MG_ERFC_EXP;
    const double round_to_11 = MG_ROUNDER / 2048.0, round_to_9 = MG_ROUNDER / 512.0;
    double short_a = (a + round_to_11) - round_to_11;
    double rest_a = (a - short_a) + low;
    double u = 1.0 / (a + 2.0);
    double short_u = (u + round_to_9) - round_to_9;
    double rest_u = u * ((1.0 - short_u * (short_a + 2.0)) - short_u * rest_a);
    double v = u - 0.234375;
    double v2 = v * v, v4 = v2 * v2, v8 = v4 * v4;
    double p0 = (c[0] + c[1] * v) + (c[2] + c[3] * v) * v2;
    double p4 = (c[4] + c[5] * v) + (c[6] + c[7] * v) * v2;
    double p8 = (c[8] + c[9] * v) + (c[10] + c[11] * v) * v2;
    double p12 = (c[12] + c[13] * v) + (c[14] + c[15] * v) * v2;
    double p16 = (c[16] + c[17] * v) + (c[18] + c[19] * v) * v2;
    double p20 = (c[20] + c[21] * v) + (c[22] + c[23] * v) * v2;
    double p24 = c[24] + c[25] * v;
    double high = (p8 + p12 * v4) + (p16 + (p20 + p24 * v4) * v4) * v8;
    double p = (p0 + p4 * v4) + high * v8;
    double q = 0.5625 + short_u * (0.9375 + short_u * 3.8125);
    double rest_q = rest_u * (0.9375 + (short_u + u) * 3.8125);
    double most = short_u * q, more = rest_u * q + u * (rest_q + p);
    double square = short_a * short_a, rest_square = rest_a * (a + short_a);
    double shifted = (square + rest_square) * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double short_r = k * MG_LN2_20 - square;
    double rest_r = k * MG_LN2_20_REST - rest_square;
    double r = short_r + rest_r, r2 = r * r, r4 = r2 * r2;
    double e0 = (e[0] + e[1] * r) + (e[2] + e[3] * r) * r2;
    double e4 = (e[4] + e[5] * r) + (e[6] + e[7] * r) * r2;
    double e8 = (e[8] + e[9] * r) + e[10] * r2;
    double short_exp = 1.0 + short_r;
    double rest_exp = rest_r + r2 * (e0 + (e4 + e8 * r4) * r4);
    double y = short_exp * most + (short_exp * more + rest_exp * (most + more));
    return (mg_pair){y, shifted};
}
static inline double mg_fast_erfc_of(double x, double low) {
    double a = fabs(x), up_to_26 = mg_choose(mg_mask(a < 26.0), a, 26.0);
    mg_pair far = mg_erfc_far(up_to_26, copysign(1.0, x) * low);
    double y = mg_from_bits(mg_bits_of(far.high) - (mg_bits_of(far.low) << 52));
    return mg_choose(mg_mask(x < 0.0), 2.0 - y, y);
}
static inline double mg_erfc_beyond(double x, double low, double scale) {
    if (x > 28.0)
        return 0.0;
    mg_pair far = mg_erfc_far(x, low);
    double k = far.low - MG_ROUNDER;
    return scale * far.high * mg_power_of_two(500.0 - k) * mg_power_of_two(-500.0);
}
static inline int mg_fast_range_erfc(double x) { return x < 26.0; }
static inline double mg_fast_erfc(double x) { return mg_fast_erfc_of(x, 0.0); }
static inline double mg_jit_erfc(double x) {
    if (mg_fast_range_erfc(x))
        return mg_fast_erfc(x);
    return x != x ? x : mg_erfc_beyond(x, 0.0, 1.0);
}
static inline mg_pair mg_erfc_argument(double x) {
    const double round_to_10 = MG_ROUNDER / 1024.0;
    double short_x = (x + round_to_10) - round_to_10, rest_x = x - short_x;
    double low = short_x * 5.576365522251341e-12 - rest_x * 0.7071067811865476;
    return mg_fast_two_sum(short_x * -0.7071067811921239, low);
}
static inline int mg_fast_range_normal_cdf(double x) { return fabs(x) < 36.0; }
static inline double mg_fast_normal_cdf(double x) {
    mg_pair z = mg_erfc_argument(x);
    return 0.5 * mg_fast_erfc_of(z.high, z.low);
}
static inline double mg_jit_normal_cdf(double x) {
    if (mg_fast_range_normal_cdf(x))
        return mg_fast_normal_cdf(x);
    if (!(x < 0.0))
        return x != x ? x : 1.0;
    if (x <= -39.0)
        return 0.0;
    mg_pair z = mg_erfc_argument(x);
    return mg_erfc_beyond(z.high, z.low, 0.5);
}
typedef struct {
    double exponent, mantissa;
} mg_scaled;
#define MG_SQRT_HALF_BITS 0x3fe6a09e667f3bcdULL
#define MG_ONE_BITS 0x3ff0000000000000ULL
MG_FAST_INLINE mg_scaled mg_scaled_of(double x) {
    uint64_t above = mg_bits_of(x) + (MG_ONE_BITS - MG_SQRT_HALF_BITS);
    double k = mg_from_bits((above >> 52) | 0x4330000000000000ULL) -
               (4503599627370496.0 + 1023.0);
    double m = mg_from_bits((above & 0x000fffffffffffffULL) + MG_SQRT_HALF_BITS);
    return (mg_scaled){k, m};
}
static inline mg_scaled mg_scaled_of_any(double x) {
    if (x >= DBL_MIN)
        return mg_scaled_of(x);
    mg_scaled parts = mg_scaled_of(x * 18014398509481984.0);
    parts.exponent -= 54.0;
    return parts;
}
MG_FAST_INLINE double mg_upper_half(double x) {
    double t = 134217729.0 * x;
    return t - (t - x);
}
MG_FAST_INLINE double mg_log_rest(double f, double half) {
    const double *c = MG_LOG;
    double s = f / (2.0 + f), w = s * s, w2 = w * w;
    double p = (c[0] + c[1] * w) +
               ((c[2] + c[3] * w) + ((c[4] + c[5] * w) + c[6] * w2) * w2) * w2;
    return s * (half + w * p);
}
MG_FAST_INLINE double mg_log_of_parts(double k, double f, double low) {
    mg_pair sum = mg_fast_two_sum(k * MG_LN2_HIGH, f);
    double half = 0.5 * f * f, rest = mg_log_rest(f, half);
    mg_pair less = mg_fast_two_sum(sum.high, -half);
    return less.high + (less.low + (sum.low + (rest + (k * MG_LN2_LOW + low))));
}
MG_FAST_INLINE double mg_log_of_pair(double high, double low) {
    mg_scaled x = mg_scaled_of(high);
    mg_pair f = mg_fast_two_sum(x.mantissa - 1.0, low * mg_power_of_two(-x.exponent));
    return mg_log_of_parts(x.exponent, f.high, f.low - f.low * f.high);
}
static inline int mg_fast_range_log(double x) { return (x >= DBL_MIN) & (x < INFINITY); }
MG_FAST_INLINE double mg_fast_log(double x) {
    mg_scaled parts = mg_scaled_of(x);
    return mg_log_of_parts(parts.exponent, parts.mantissa - 1.0, 0.0);
}
static inline double mg_log_of_special(double x) {
    if (x != x || x == INFINITY)
        return x;
    return x == 0.0 ? -INFINITY : NAN;
}
static inline double mg_jit_log(double x) {
    if (mg_fast_range_log(x))
        return mg_fast_log(x);
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    mg_scaled parts = mg_scaled_of_any(x);
    return mg_log_of_parts(parts.exponent, parts.mantissa - 1.0, 0.0);
}
MG_FAST_INLINE double mg_log_to_base(double k, double f, mg_pair inverse, mg_pair two) {
    double half = 0.5 * f * f, high = mg_upper_half(f - half);
    double low = ((f - high) - half) + mg_log_rest(f, half);
    mg_pair sum = mg_fast_two_sum(k * two.high, high * inverse.high);
    double rest = low * inverse.high + (low + high) * inverse.low;
    return sum.high + (sum.low + (k * two.low + rest));
}
MG_FAST_INLINE double mg_log2_of_scaled(mg_scaled x) {
    const mg_pair inverse = {1.4426950514316559, -1.0542692476429138e-08},
                  two = {1.0, 0.0};
    return mg_log_to_base(x.exponent, x.mantissa - 1.0, inverse, two);
}
MG_FAST_INLINE double mg_log10_of_scaled(mg_scaled x) {
    const mg_pair inverse = {0.4342944845557213, -2.6524694553078553e-09};
    const mg_pair two = {0.3010299956640665, -8.532344317057107e-14};
    return mg_log_to_base(x.exponent, x.mantissa - 1.0, inverse, two);
}
static inline int mg_fast_range_log2(double x) { return (x >= DBL_MIN) & (x < INFINITY); }
MG_FAST_INLINE double mg_fast_log2(double x) { return mg_log2_of_scaled(mg_scaled_of(x)); }
static inline double mg_jit_log2(double x) {
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    return mg_log2_of_scaled(mg_scaled_of_any(x));
}
static inline int mg_fast_range_log10(double x) { return (x >= DBL_MIN) & (x < INFINITY); }
MG_FAST_INLINE double mg_fast_log10(double x) {
    return mg_log10_of_scaled(mg_scaled_of(x));
}
static inline double mg_jit_log10(double x) {
    if (!(x > 0.0 && x < INFINITY))
        return mg_log_of_special(x);
    return mg_log10_of_scaled(mg_scaled_of_any(x));
}
static inline int mg_fast_range_log1p(double x) { return (x > -1.0) & (x < 1e300); }
MG_FAST_INLINE double mg_fast_log1p(double x) {
    mg_pair sum = mg_two_sum(1.0, x);
    return copysign(mg_log_of_pair(sum.high, sum.low), x);
}
static inline double mg_jit_log1p(double x) {
    if (mg_fast_range_log1p(x))
        return mg_fast_log1p(x);
    if (x >= 1e300 && x < INFINITY)
        return mg_fast_log(x);
    return x == -1.0 ? -INFINITY : mg_log_of_special(x);
}
#define MG_ROUNDER_24 402653184.0
#define MG_LOG_PAIR_LOWEST 0x3feaf1a9fbe76c8bULL
#define MG_LOG_PAIR_CENTRE 1.41015625
#define MG_LOG_PAIR_CENTRE_HIGH 0.3437005138530367
#define MG_LOG_PAIR_CENTRE_LOW 2.817625587422227e-13
MG_FAST_INLINE mg_pair mg_log_pair(double x, double scale) {
    const double *p = MG_LOG_PAIR;
    uint64_t above = mg_bits_of(x) + (MG_ONE_BITS - MG_LOG_PAIR_LOWEST);
    double k = mg_from_bits((above >> 52) | 0x4330000000000000ULL);
    k = k - (4503599627370496.0 + 1023.0 + scale);
    double m = mg_from_bits((above & 0x000fffffffffffffULL) + MG_LOG_PAIR_LOWEST);
    uint64_t upper = 0 - ((above >> 51) & 1);
    double c = mg_from_bits(MG_ONE_BITS + (upper & 0x6900000000000ULL));
    double log_c = mg_from_bits(upper & mg_bits_of(MG_LOG_PAIR_CENTRE_HIGH));
    double log_c_low = mg_from_bits(upper & mg_bits_of(MG_LOG_PAIR_CENTRE_LOW));
    double f = m - c, sum = m + c, inverse = 0.6666666666666666 / sum, t = f * inverse;
    double shifted = 536870913.0 * t;
    double t_high = shifted - (shifted - t);
    double sum_high = (sum + MG_ROUNDER_24) - MG_ROUNDER_24, sum_low = m - (sum_high - c);
    double s_high = 1.5 * t_high;
    double t_low = ((f - s_high * sum_high) - s_high * sum_low) * inverse;
    double part = 2.25 * t, w = part * t, w2 = w * w;
    double rest = (p[0] + p[1] * w) + ((p[2] + p[3] * w) + (p[4] + p[5] * w) * w2) * w2;
    double q_high = (w + MG_ROUNDER_24) - (MG_ROUNDER_24 - 3.0);
    double q_low = (s_high * s_high - (q_high - 3.0)) + w2 * rest;
    double of_low = q_high + part * (t_high + t);
    double known = k * MG_LN2_HIGH + log_c, product = t_high * q_high;
    double high = mg_upper_half(known + product);
    double low = (product - (high - known)) + ((k * MG_LN2_LOW + log_c_low) + q_low * t);
    return (mg_pair){high, low + t_low * of_low};
}
static inline int mg_fast_range_pow_2(double x) { return (void)x, 1; }
static inline double mg_fast_pow_2(double x) { return x * x; }
static inline double mg_jit_pow_2(double x) { return x * x; }
static inline int mg_fast_range_pow_minus_1(double x) { return (void)x, 1; }
static inline double mg_fast_pow_minus_1(double x) { return 1.0 / x; }
static inline double mg_jit_pow_minus_1(double x) { return 1.0 / x; }
static inline int mg_fast_range_pow_half(double x) { return x != -INFINITY; }
static inline double mg_fast_pow_half(double x) { return sqrt(x) + 0.0; }
static inline double mg_jit_pow_half(double x) {
    return mg_fast_range_pow_half(x) ? mg_fast_pow_half(x) : INFINITY;
}
static inline int mg_fast_range_pow_3(double x) {
    return (fabs(x) < 1e100) & ((fabs(x) > 1e-90) | (x == 0.0));
}
MG_FAST_INLINE double mg_fast_pow_3(double x) {
    mg_pair square = mg_two_product(x, x), cube = mg_two_product(square.high, x);
    return copysign(cube.high + (cube.low + square.low * x), x);
}
static inline double mg_jit_pow_3(double x) {
    double a = fabs(x);
    if (mg_fast_range_pow_3(x))
        return mg_fast_pow_3(x);
    if (!(a > 1e-109 && a < 1e103))
        return x * x * x;
    double scale = a < 1.0 ? 0x1p-256 : 0x1p256;
    return mg_fast_pow_3(x / scale) * scale * scale * scale;
}
static inline int mg_fast_range_pow_4(double x) {
    return (fabs(x) < 1e70) & ((fabs(x) > 1e-70) | (x == 0.0));
}
MG_FAST_INLINE double mg_fast_pow_4(double x) {
    mg_pair square = mg_two_product(x, x);
    mg_pair power = mg_two_product(square.high, square.high);
    return power.high + (power.low + 2.0 * square.high * square.low);
}
static inline int mg_fast_range_pow_minus_2(double x) {
    return (fabs(x) < 1e140) & (fabs(x) > 1e-140);
}
MG_FAST_INLINE double mg_fast_pow_minus_2(double x) {
    mg_pair square = mg_two_product(x, x);
    double y = 1.0 / square.high;
    mg_pair one = mg_two_product(y, square.high);
    return y + y * (((1.0 - one.high) - one.low) - y * square.low);
}
static inline double mg_jit_pow_minus_2(double x) {
    double a = fabs(x);
    if (mg_fast_range_pow_minus_2(x))
        return mg_fast_pow_minus_2(x);
    if (!(a > 1e-155 && a < 1e163))
        return 1.0 / (x * x);
    double scale = a < 1.0 ? 0x1p-256 : 0x1p256;
    return mg_fast_pow_minus_2(x / scale) / scale / scale;
}
static inline int mg_fast_range_pow_minus_half(double x) {
    return (x > 1e-280) & (x < 1e300);
}
MG_FAST_INLINE double mg_fast_pow_minus_half(double x) {
    double root = sqrt(x), y = 1.0 / root;
    mg_pair back = mg_two_product(root, root), one = mg_two_product(y, root);
    double of_root = ((x - back.high) - back.low) * (0.5 * y);
    return y + y * (((1.0 - one.high) - one.low) - of_root * y);
}
static inline double mg_jit_pow_minus_half(double x) {
    if (mg_fast_range_pow_minus_half(x))
        return mg_fast_pow_minus_half(x);
    if (x == 0.0)
        return INFINITY;
    if (!(x > 0.0 && x < INFINITY))
        return x == -INFINITY ? 0.0 : 1.0 / mg_fast_pow_half(x);
    double scale = x < 1.0 ? 0x1p-128 : 0x1p128;
    return mg_fast_pow_minus_half(x / (scale * scale)) / scale;
}
MG_FAST_INLINE double mg_exp_of_pair(mg_pair x, double k) {
    const double *c = MG_EXP_OF_PAIR;
    double r_high = x.high - k * MG_LN2_HIGH, r_low = x.low - k * MG_LN2_LOW,
           r = r_high + r_low;
    double r2 = r * r, r4 = r2 * r2;
    double p = ((c[4] + c[5] * r) + (c[6] + c[7] * r) * r2) + (c[8] + c[9] * r) * r4;
    p = ((c[0] + c[1] * r) + (c[2] + c[3] * r) * r2) + p * r4;
    mg_pair sum = mg_fast_two_sum(1.0, r_high);
    return sum.high + ((sum.low + r_low) + r2 * p);
}
MG_FAST_INLINE mg_pair mg_log_times(mg_pair log_x, double y) {
    double y_high = mg_upper_half(y);
    return (mg_pair){y_high * log_x.high, (y - y_high) * log_x.high + y * log_x.low};
}
static inline int mg_fast_range_pow(double x, double y) {
    double k = mg_from_bits((mg_bits_of(x) >> 52) | 0x4330000000000000ULL);
    double size = fabs(k - (4503599627370496.0 + 1023.0)), a = fabs(y);
    return (size < 1022.5) & (a * (size + 1.0) < 1021.0) & (a != 0.5) & (a != 1.0) &
           (a != 2.0) & (y != 3.0) & (y != 4.0);
}
MG_FAST_INLINE double mg_fast_pow_of_log(mg_pair log_x, double y) {
    double shifted = log_x.high * (y * MG_LOG2_E) + MG_ROUNDER;
    double power = mg_exp_of_pair(mg_log_times(log_x, y), shifted - MG_ROUNDER);
    return mg_from_bits(mg_bits_of(power) + (mg_bits_of(shifted) << 52));
}
MG_FAST_INLINE double mg_fast_pow(double x, double y) {
    return mg_fast_pow_of_log(mg_log_pair(x, 0.0), y);
}
static inline double mg_pow_of_positive(double x, double y) {
    if (x == 1.0)
        return 1.0;
    if (fabs(y) > 1e22)
        return (x > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    int tiny = x < DBL_MIN;
    mg_pair log_x = mg_log_pair(tiny ? x * 18014398509481984.0 : x, tiny ? 54.0 : 0.0);
    mg_pair product = mg_log_times(log_x, y);
    if (product.high > 710.0)
        return INFINITY;
    if (product.high < -746.0)
        return 0.0;
    double k = (log_x.high * (y * MG_LOG2_E) + MG_ROUNDER) - MG_ROUNDER;
    double power = mg_exp_of_pair(product, k);
    double half = k < 0.0 ? -537.0 : 512.0;
    return power * mg_power_of_two(k - half) * mg_power_of_two(half);
}
static inline double mg_jit_pow(double x, double y) {
    if (y == 2.0)
        return mg_jit_pow_2(x);
    if (y == -1.0)
        return mg_jit_pow_minus_1(x);
    if (y == -2.0)
        return mg_jit_pow_minus_2(x);
    if (mg_fast_range_pow(x, y))
        return mg_fast_pow(x, y);
    if (y == 0.0 || x == 1.0)
        return 1.0;
    if (y == 1.0)
        return x;
    if (y == 3.0)
        return mg_jit_pow_3(x);
    if (y == 4.0 && mg_fast_range_pow_4(x))
        return mg_fast_pow_4(x);
    if (y == 0.5)
        return mg_jit_pow_half(x);
    if (y == -0.5)
        return mg_jit_pow_minus_half(x);
    if (x != x || y != y)
        return x + y;
    double a = fabs(x);
    if (y == INFINITY || y == -INFINITY) {
        if (a == 1.0)
            return 1.0;
        return (a > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    }
    int whole = floor(y) == y, odd = whole && floor(0.5 * y) != 0.5 * y;
    if (x < 0.0 && x > -INFINITY && !whole)
        return NAN;
    double power;
    if (a == 0.0 || a == INFINITY)
        power = (a == 0.0) == (y > 0.0) ? 0.0 : INFINITY;
    else
        power = mg_pow_of_positive(a, y);
    return odd ? copysign(power, x) : power;
}
static inline double mg_jit_pow_4(double x) { return mg_jit_pow(x, 4.0); }
static inline int mg_fast_range_hypot(double x, double y) {
    double a = fabs(x), b = fabs(y);
    return (a < 1e150) & (b < 1e150) &
           ((a > 1e-130) | (b > 1e-130) | ((a == 0.0) & (b == 0.0)));
}
MG_FAST_INLINE double mg_fast_hypot(double x, double y) {
    mg_pair a = mg_two_product(x, x), b = mg_two_product(y, y),
            sum = mg_two_sum(a.high, b.high);
    return sqrt(sum.high + (sum.low + (a.low + b.low)));
}
static inline double mg_jit_hypot(double x, double y) {
    if (mg_fast_range_hypot(x, y))
        return mg_fast_hypot(x, y);
    double a = fabs(x), b = fabs(y);
    if (a == INFINITY || b == INFINITY)
        return INFINITY;
    if (x != x || y != y)
        return x + y;
    double scale = a > 1.0 || b > 1.0 ? 0x1p600 : 0x1p-600;
    return mg_fast_hypot(a / scale, b / scale) * scale;
}
#define MG_HALF_PI_1 1.5707963267923333
#define MG_HALF_PI_2 2.5633441515839558e-12
#define MG_HALF_PI_3 1.0562999066987428e-23
#define MG_TWO_OVER_PI 0.6366197723675814
static inline int mg_fast_range_sin(double x) { return fabs(x) < 4e5; }
static inline int mg_fast_range_cos(double x) { return fabs(x) < 4e5; }
MG_FAST_INLINE mg_angle mg_reduced(double x) {
    double shifted = x * MG_TWO_OVER_PI + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    double near = x - k * MG_HALF_PI_1, step = k * MG_HALF_PI_2;
    double high = near - step;
    double low = (step - (near - high)) + k * MG_HALF_PI_3;
    return (mg_angle){high, low, mg_bits_of(shifted)};
}
MG_FAST_INLINE double mg_sixth(const double *c, double z, double z2) {
    return c[0] + (c[1] * z + (c[5] + (c[4] * (z + c[2])) * (z2 + c[3])) * z2);
}
MG_FAST_INLINE double mg_sin_of_rest(mg_angle a) {
    double x = a.high, z = x * x, p = mg_sixth(MG_SIN, z, z * z);
    return x - (a.low - x * z * p);
}
MG_FAST_INLINE double mg_cos_of_rest(mg_angle a) {
    double x = a.high, z = x * x, z2 = z * z, p = mg_sixth(MG_COS, z, z2);
    return 0.8125 + (((0.1875 - 0.5 * z) + x * a.low) + z2 * p);
}
MG_FAST_INLINE double mg_sin_in_quadrant(mg_angle a, uint64_t quadrant) {
    uint64_t sine = mg_bits_of(mg_sin_of_rest(a)), cosine = mg_bits_of(mg_cos_of_rest(a));
    uint64_t odd = 0 - (quadrant & 1), sign = (quadrant << 62) & MG_SIGN;
    return mg_from_bits((sine ^ sign) ^ ((sine ^ cosine) & odd));
}
MG_FAST_INLINE double mg_fast_sin(double x) {
    mg_angle a = mg_reduced(x);
    return mg_sin_in_quadrant(a, a.quadrant);
}
MG_FAST_INLINE double mg_fast_cos(double x) {
    mg_angle a = mg_reduced(x);
    return mg_sin_in_quadrant(a, a.quadrant + 1);
}
static inline double mg_jit_sin(double x) {
    mg_angle a = mg_fast_range_sin(x) ? mg_reduced(x) : mg_reduced_large(x);
    return mg_sin_in_quadrant(a, a.quadrant);
}
static inline double mg_jit_cos(double x) {
    mg_angle a = mg_fast_range_cos(x) ? mg_reduced(x) : mg_reduced_large(x);
    return mg_sin_in_quadrant(a, a.quadrant + 1);
}
static inline int mg_fast_range_tan(double x) { return fabs(x) < 4e5; }
MG_FAST_INLINE double mg_tan_of(mg_angle a) {
    double x = a.high;
    mg_pair square = mg_two_product(x, x);
    double z = square.high, z2 = z * z;
    double p = mg_sixth(MG_SIN, z, z2), q = mg_sixth(MG_COS, z, z2);
    double half = 0.5 * z, near = 1.0 - half;
    double less = a.low * near - x * (z * p + square.low * p);
    double more = ((1.0 - near) - half) + (z2 * q + (x * a.low - 0.5 * square.low));
    double sine = x - less, cosine = near + more;
    double sine_low = (x - sine) - less, cosine_low = more - (cosine - near);
    uint64_t odd = 0 - (a.quadrant & 1);
    double n = mg_choose(odd, -cosine, sine),
           n_low = mg_choose(odd, -cosine_low, sine_low);
    double d = mg_choose(odd, sine, cosine), d_low = mg_choose(odd, sine_low, cosine_low);
    double y = n / d;
    mg_pair back = mg_two_product(y, d);
    double over = ((back.high - n) + back.low) + (y * d_low - n_low);
    return y - over / d;
}
MG_FAST_INLINE double mg_fast_tan(double x) { return mg_tan_of(mg_reduced(x)); }
static inline double mg_jit_tan(double x) {
    return mg_tan_of(mg_fast_range_tan(x) ? mg_reduced(x) : mg_reduced_large(x));
}
static const double mg_jit_pi = 3.141592653589793;
static const double mg_jit_one_minus_euler = 0.42278433509846713;
static const double mg_jit_half_log_2_pi_minus_half = 0.4189385332046727;
static const double mg_jit_series[] = {
    -6.4229645638381e-11,   1.330476437424449e-10,   -2.7595228851242334e-10,
    5.731367241678862e-10,  -1.1921401405860912e-09, 2.4836745438024785e-09,
    -5.183475041970047e-09, 1.0838659214896955e-08,  -2.2711094608943164e-08,
    4.7698101693639804e-08, -1.0043224823968099e-07, 2.1207184805554665e-07,
    -4.492469198764566e-07, 9.55141213040742e-07,    -2.039215753801366e-06,
    4.374866789907488e-06,  -9.439488275268397e-06,  2.050721277567069e-05,
    -4.492623673813314e-05, 9.945751278180853e-05,   -0.00022315475845357939,
    0.0005096695247430425,  -0.001192753911703261,   0.0028905103307415234,
    -0.007385551028673986,  0.020580808427784546,    -0.0673523010531981,
    0.3224670334241132};
static const double mg_jit_stirling[] = {
    0.17964437236883057,    -0.029550653594771242, 0.00641025641025641,
    -0.0019175269175269176, 0.0008417508417508417, -0.0005952380952380953,
    0.0007936507936507937,  -0.002777777777777778, 0.08333333333333333};
static const double mg_jit_digamma_terms[] = {
    3.0539543302701198,    -0.4432598039215686,   0.08333333333333333,
    -0.021092796092796094, 0.007575757575757576,  -0.004166666666666667,
    0.003968253968253968,  -0.008333333333333333, 0.08333333333333333};
static const double mg_jit_euler_maclaurin[] = {
    0.08333333333333333,    -0.001388888888888889,   3.306878306878307e-05,
    -8.267195767195768e-07, 2.08767569878681e-08,    -5.284190138687493e-10,
    1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
    -2.174868698558062e-16, 5.5090028283602295e-18,  -1.3954464685812522e-19};
#define mg_jit_POLYNOMIAL(coefficients, x)                                                            mg_jit_polynomial(coefficients, sizeof coefficients / sizeof *coefficients, x)
static double mg_jit_polynomial(const double *coefficients, size_t n, double x) {
    double out = 0.0;
    for (size_t i = 0; i < n; i++)
        out = out * x + coefficients[i];
    return out;
}
static double mg_jit_from_integer(double x) {
    double rest = fmod(x, 1.0);
    return rest > 0.5 ? rest - 1.0 : rest < -0.5 ? rest + 1.0 : rest;
}
static double mg_jit_lgamma_of_1_plus(double t) {
    return t * (mg_jit_one_minus_euler + t * mg_jit_POLYNOMIAL(mg_jit_series, t)) - mg_jit_log1p(t);
}
static double mg_jit_lgamma_of_positive(double x) {
    if (x < 0.5)
        return mg_jit_lgamma_of_1_plus(x) - mg_jit_log(fabs(x));
    if (x <= 1.5)
        return mg_jit_lgamma_of_1_plus(x - 1.0);
    if (x < 10.0) {
        double product = 1.0;
        while (x > 2.5) {
            x -= 1.0;
            product *= x;
        }
        double t = x - 2.0;
        double near_2 = t * (mg_jit_one_minus_euler + t * mg_jit_POLYNOMIAL(mg_jit_series, t));
        return mg_jit_log(product) + near_2;
    }
    double inverse = 1.0 / x;
    double rest = inverse * mg_jit_POLYNOMIAL(mg_jit_stirling, inverse * inverse);
    return (x - 0.5) * (mg_jit_log(x) - 1.0) + (mg_jit_half_log_2_pi_minus_half + rest);
}
static double mg_jit_lgamma(double x) {
    if (!isfinite(x))
        return x * x;
    if (x == 0.0)
        return HUGE_VAL;
    if (x < -0.5) {
        double distance = fabs(mg_jit_from_integer(x));
        if (distance == 0.0)
            return HUGE_VAL;
        return mg_jit_log(mg_jit_pi / (-x * mg_jit_sin(mg_jit_pi * distance))) -
               mg_jit_lgamma_of_positive(-x);
    }
    return mg_jit_lgamma_of_positive(x);
}
static double mg_jit_digamma_of_positive(double x) {
    double below = 0.0;
    while (x < 10.0) {
        below += 1.0 / x;
        x += 1.0;
    }
    double inverse = 1.0 / x;
    double square = inverse * inverse;
    return mg_jit_log(x) - 0.5 * inverse - square * mg_jit_POLYNOMIAL(mg_jit_digamma_terms, square) -
           below;
}
static double mg_jit_digamma(double x) {
    if (x == 0.0)
        return -copysign(HUGE_VAL, x);
    if (!(x > 0.0)) {
        double distance = x > -HUGE_VAL ? mg_jit_from_integer(x) : 0.0;
        if (distance == 0.0)
            return NAN;
        return mg_jit_digamma_of_positive(1.0 - x) - mg_jit_pi / mg_jit_tan(mg_jit_pi * distance);
    }
    return mg_jit_digamma_of_positive(x);
}
static double mg_jit_zeta(double s, double x) {
    double out = 0.0;
    while (x < s + 10.0) {
        out += mg_jit_pow(x, -s);
        x += 1.0;
    }
    double last = mg_jit_pow(x, -s);
    out += mg_jit_pow(x, 1.0 - s) / (s - 1.0) + 0.5 * last;
    double rising = s * last / x;
    double square = x * x;
    for (size_t j = 0; j < sizeof mg_jit_euler_maclaurin / sizeof *mg_jit_euler_maclaurin; j++) {
        out += mg_jit_euler_maclaurin[j] * rising;
        rising = rising * (s + 1.0) * (s + 2.0) / square;
        s += 2.0;
    }
    return out;
}
static double mg_jit_polygamma(double n, double x) {
    if (!(n >= 1.0 && n <= 170.0) || n != floor(n) || x != x || x == -HUGE_VAL)
        return NAN;
    double s = n + 1.0;
    int is_even = fmod(s, 2.0) == 0.0;
    double factor = is_even ? 1.0 : -1.0;
    for (int i = 2; i <= (int)n; i++)
        factor *= i;
    if (x > 0.0)
        return factor * mg_jit_zeta(s, x);
    double distance = mg_jit_from_integer(x);
    if (distance == 0.0 && x != 0.0)
        return is_even ? HUGE_VAL : NAN;
    double left = mg_jit_zeta(s, 1.0 - distance), right = mg_jit_zeta(s, 1.0 + distance);
    double beyond = mg_jit_zeta(s, 1.0 - x);
    double around = mg_jit_pow(distance, -s) + right;
    return factor * (is_even ? around + (left - beyond) : around - (left - beyond));
}
static inline int mg_fast_range_tanh(double x) { return fabs(x) < 350.0; }
static inline double mg_fast_tanh(double x) {
    mg_half_exp e = mg_halve_exp(fabs(x));
    double g = mg_power_of_two(-e.k), a = 1.0 - g, b = 1.0 + g, d = b + a * e.r;
    double rough = mg_truncate((a + b * e.r) * (1.5 - 0.5 * d));
    double plus = 1.0 + rough, q = plus - 1.0, minus = 1.0 - q, scaled = g * plus;
    double y = q + mg_combine(e, minus - scaled, minus + scaled) / (d + b * e.v);
    return mg_or_sign(y, x);
}
static inline double mg_jit_tanh(double x) {
    if (mg_fast_range_tanh(x))
        return mg_fast_tanh(x);
    return x != x ? x : copysign(1.0, x);
}
typedef struct {
    double k, g, c, s;
    double high, rest;
} mg_hyperbolic;
static inline mg_hyperbolic mg_reduce_hyperbolic(double x) {
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    double first = x - k * MG_LN2_HIGH, low = k * MG_LN2_LOW;
    double high = (first + MG_ROUNDER_26) - MG_ROUNDER_26;
    double r = first - low, z = r * r, z2 = z * z;
    const double *p = MG_COSH, *q = MG_SINH;
    double c = z * ((p[0] + p[1] * z) + z2 * ((p[2] + p[3] * z) + z2 * (p[4] + p[5] * z)));
    double s = (r * z) * ((q[0] + q[1] * z) + z2 * ((q[2] + q[3] * z) + z2 * q[4]));
    double root = mg_power_of_two(-k);
    return (mg_hyperbolic){k, root * root, c, s, high, (first - high) - low};
}
static inline int mg_fast_range_sinh(double x) { return fabs(x) < 709.0; }
static inline int mg_fast_range_cosh(double x) { return fabs(x) < 709.0; }
static inline double mg_sinh_of_parts(mg_hyperbolic h) {
    mg_pair p = mg_fast_two_sum(1.0 + h.high, h.g * (h.high - 1.0));
    double a = 1.0 - h.g, b = 1.0 + h.g;
    return p.high + (p.low + (h.rest * b + a * h.c + b * h.s));
}
static inline double mg_cosh_of_parts(mg_hyperbolic h) {
    mg_pair p = mg_fast_two_sum(1.0 + h.high, h.g * (1.0 - h.high));
    double a = 1.0 - h.g, b = 1.0 + h.g;
    return p.high + (p.low + (h.rest * a + a * h.s + b * h.c));
}
static inline double mg_fast_sinh(double x) {
    mg_hyperbolic h = mg_reduce_hyperbolic(fabs(x));
    return copysign(mg_sinh_of_parts(h) * mg_power_of_two(h.k - 1.0), x);
}
static inline double mg_fast_cosh(double x) {
    mg_hyperbolic h = mg_reduce_hyperbolic(fabs(x));
    return mg_cosh_of_parts(h) * mg_power_of_two(h.k - 1.0);
}
static inline double mg_half_of_exp(double x) {
    double k = (x * MG_LOG2_E + MG_ROUNDER) - MG_ROUNDER;
    return mg_scale(mg_exp_of_rest(x - k * MG_LN2_HIGH, k * MG_LN2_LOW), k - 1.0);
}
static inline double mg_jit_sinh(double x) {
    if (mg_fast_range_sinh(x))
        return mg_fast_sinh(x);
    return fabs(x) < 710.5 ? copysign(mg_half_of_exp(fabs(x)), x) : x * INFINITY;
}
static inline double mg_jit_cosh(double x) {
    if (mg_fast_range_cosh(x))
        return mg_fast_cosh(x);
    return fabs(x) < 710.5 ? mg_half_of_exp(fabs(x)) : fabs(x) * INFINITY;
}
#define MG_INVERSE_TINY 3.725290298461914e-09
MG_FAST_INLINE double mg_inverse_or_tiny(double a, double y) {
    uint64_t is_tiny = 0 - (mg_bits_of(a - MG_INVERSE_TINY) >> 63);
    return mg_from_bits((mg_bits_of(a) & is_tiny) | (mg_bits_of(y) & ~is_tiny));
}
MG_FAST_INLINE double mg_log_with_root(double a, mg_pair square, int a_is_larger) {
    double root = sqrt(square.high);
    mg_pair back = mg_two_product(root, root);
    double root_low =
        (((square.high - back.high) - back.low) + square.low) / (root + root + DBL_MIN);
    mg_pair sum = a_is_larger ? mg_fast_two_sum(a, root) : mg_fast_two_sum(root, a);
    return mg_log_of_pair(sum.high, sum.low + root_low);
}
static inline double mg_log_of_twice(double x) {
    mg_scaled parts = mg_scaled_of(x);
    return mg_log_of_parts(parts.exponent + 1.0, parts.mantissa - 1.0, 0.0);
}
static inline int mg_fast_range_asinh(double x) { return fabs(x) < 1e150; }
MG_FAST_INLINE double mg_fast_asinh(double x) {
    double a = fabs(x);
    mg_pair square = mg_two_product(a, a), sum = mg_two_sum(1.0, square.high);
    double y = mg_log_with_root(a, (mg_pair){sum.high, sum.low + square.low}, 0);
    return copysign(mg_inverse_or_tiny(a, y), x);
}
static inline double mg_jit_asinh(double x) {
    if (mg_fast_range_asinh(x))
        return mg_fast_asinh(x);
    return fabs(x) < INFINITY ? copysign(mg_log_of_twice(fabs(x)), x) : x;
}
static inline int mg_fast_range_acosh(double x) { return (x >= 1.0) & (x < 1e150); }
MG_FAST_INLINE double mg_fast_acosh(double x) {
    mg_pair square = mg_two_product(x, x), sum = mg_fast_two_sum(square.high, -1.0);
    return mg_log_with_root(x, (mg_pair){sum.high, sum.low + square.low}, 1);
}
static inline double mg_jit_acosh(double x) {
    if (mg_fast_range_acosh(x))
        return mg_fast_acosh(x);
    if (x != x || x == INFINITY)
        return x;
    return x < 1.0 ? NAN : mg_log_of_twice(x);
}
static inline int mg_fast_range_atanh(double x) { return fabs(x) < 1.0; }
MG_FAST_INLINE double mg_fast_atanh(double x) {
    double a = fabs(x);
    mg_pair above = mg_fast_two_sum(1.0, a), below = mg_fast_two_sum(1.0, -a);
    double ratio = above.high / below.high;
    mg_pair back = mg_two_product(ratio, below.high);
    double rest = (((above.high - back.high) - back.low) + above.low) - ratio * below.low;
    double y = 0.5 * mg_log_of_pair(ratio, rest / below.high);
    return copysign(mg_inverse_or_tiny(a, y), x);
}
static inline double mg_jit_atanh(double x) {
    if (mg_fast_range_atanh(x))
        return mg_fast_atanh(x);
    if (x != x)
        return x;
    return fabs(x) == 1.0 ? copysign(INFINITY, x) : NAN;
}
typedef struct {
    double q, rest;
} mg_quotient;
static inline int mg_fast_range_sigmoid(double x) { return fabs(x) < 690.0; }
static inline mg_quotient mg_sigmoid_quotient(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * x);
    double g = mg_power_of_two(-e.k), b = 1.0 + g;
    double over = 1.0 / ((b + (1.0 - g) * e.r) + b * e.v);
    double q = mg_truncate((1.012 + e.r) * over), gq = g * q;
    double rest = mg_combine(e, (1.0 - gq) - q, (1.0 + gq) - q);
    return (mg_quotient){q, rest * over};
}
static inline double mg_fast_sigmoid(double x) {
    mg_quotient s = mg_sigmoid_quotient(x);
    return s.q + s.rest;
}
static inline double mg_jit_sigmoid(double x) {
    if (mg_fast_range_sigmoid(x))
        return mg_fast_sigmoid(x);
    return x >= 690.0 ? 1.0 : mg_jit_exp(x);
}
static inline int mg_fast_range_silu(double x) { return fabs(x) < 690.0; }
static inline double mg_times_quotient(double x, mg_quotient s) {
    double t = 129.0 * x, high = t - (t - x);
    return high * s.q + ((x - high) * s.q + x * s.rest);
}
static inline double mg_fast_silu(double x) {
    return mg_or_sign(mg_times_quotient(x, mg_sigmoid_quotient(x)), x);
}
static inline double mg_jit_silu(double x) {
    if (mg_fast_range_silu(x))
        return mg_fast_silu(x);
    if (x != x || x > 0.0)
        return x;
    if (x < -760.0)
        return -0.0;
    mg_half_exp e = mg_halve_exp(0.5 * x);
    double over = 1.0 / ((1.0 + e.v) - e.r);
    double q = mg_truncate(((1.0 + e.v) + e.r) * over);
    mg_quotient s = {q, mg_combine(e, 1.0 - q, 1.0 + q) * over};
    return mg_scale(mg_times_quotient(x, s), e.k);
}
static inline int mg_fast_range_softplus(double x) { return fabs(x) < 690.0; }
static inline double mg_fast_softplus(double x) {
    mg_half_exp e = mg_halve_exp(0.5 * fabs(x));
    double g = mg_power_of_two(-e.k), b = 2.0 + g, d = b + (2.0 - g) * e.r;
    double q = mg_truncate((g - g * e.r) * (0.8333 - 0.1667 * d)), gq = g * q, two = q + q;
    double rest = mg_combine(e, (g - two) - gq, (gq - two) - g) / (d + b * e.v);
    double s = q + rest, z = s * s, z2 = z * z, z4 = z2 * z2;
    const double *c = MG_ATANH;
    double p = (c[0] + c[1] * z) + (c[2] + c[3] * z) * z2;
    double p4 = (c[4] + c[5] * z) + (c[6] + c[7] * z) * z2;
    double low = (s * z) * (p + (p4 + (c[8] + c[9] * z) * z4) * z4);
    mg_pair sum = mg_two_sum(x > 0.0 ? x : 0.0, two);
    return sum.high + (sum.low + ((rest + rest) + low));
}
static inline double mg_jit_softplus(double x) {
    if (mg_fast_range_softplus(x))
        return mg_fast_softplus(x);
    return x != x || x > 0.0 ? x : mg_jit_exp(x);
}
static inline double mg_jit_dsilu(double x, double out, double g) {
    double s = mg_jit_sigmoid(x);
    return (x > 0.0 ? s * (1.0 - mg_jit_silu(-x)) : s + out * mg_jit_sigmoid(-x)) * g;
}
static inline double mg_jit_gelu(double x) {
    return x < -40.0 ? -0.0 : x * mg_jit_normal_cdf(x);
}
static inline double mg_jit_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_jit_normal_cdf(x);
    if (fabs(x) <= 40.0)
        below += x * (mg_jit_exp(x * x * -0.5) * inverse_sqrt_2_pi);
    return below * g;
}
static inline double mg_jit_dhypot(double a, double x, double y, double out, double g) {
    const double scale = 4.149515568880993e180;
    if (out == 0.0)
        return 0.0;
    if (out < 1e-290)
        return a * scale / mg_jit_hypot(x * scale, y * scale) * g;
    return a / out * g;
}
static inline double mg_jit_dpow_base(double x, double y, double g) {
    if (y == 0.0 || y == 1.0)
        return y * g;
    if (y == 2.0)
        return (y * x) * g;
    double power = mg_jit_pow(x, y - 1.0);
    if (MG_UNLIKELY(!isnormal(power)) && power == power && x != 0.0 && isfinite(x)) {
        double root = mg_jit_pow(fabs(x), 0.5 * (y - 1.0));
        return copysign(root, power) * y * g * root;
    }
    return (y * power) * g;
}
static inline double mg_jit_dpow_exponent(double x, double y, double out, double g) {
    return x == 0.0 && y >= 0.0 ? 0.0 : (out * mg_jit_log(x)) * g;
}
static inline double mg_jit_datan2(double a, double x, double y, double g) {
    double square = x * x + y * y;
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    if (MG_LIKELY(square > 1e-280 && square < 1e300) ||
        !(larger > 0.0 && isfinite(larger)))
        return a / square * g;
    x /= larger;
    y /= larger;
    return a / larger / (x * x + y * y) * g / larger;
}
static inline double mg_jit_datan(double x, double g) {
    double square = x * x;
    return square > 1e300 && isfinite(x) ? g / x / x : 1.0 / (1.0 + square) * g;
}
static inline double mg_jit_dlog(double x, double g) {
    double inverse = 1.0 / x;
    return isnormal(inverse) ? inverse * g : g / x;
}
static inline double mg_fast_dsilu(double x, double out, double g) {
    double s = mg_fast_sigmoid(x), positive = s * (1.0 - mg_fast_silu(-x));
    double negative = s + out * mg_fast_sigmoid(-x);
    return (x > 0.0 ? positive : negative) * g;
}
static inline int mg_fast_range_gelu(double x) { return mg_fast_range_normal_cdf(x); }
static inline double mg_fast_gelu(double x) { return x * mg_fast_normal_cdf(x); }
static inline double mg_fast_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_fast_normal_cdf(x);
    return (below + x * (mg_fast_exp(x * x * -0.5) * inverse_sqrt_2_pi)) * g;
}
static inline int mg_fast_range_dlog(double x) { return mg_fast_range_log(x) & (x < 4e307); }
static inline double mg_fast_dlog(double x, double g) { return 1.0 / x * g; }
static inline int mg_fast_range_datan(double x) {
    return mg_fast_range_atan(x) & (fabs(x) < 1e150);
}
static inline double mg_fast_datan(double x, double g) { return 1.0 / (1.0 + x * x) * g; }
static inline int mg_fast_range_datan2(double x, double y) {
    double square = x * x + y * y;
    return mg_fast_range_atan2(x, y) & (square > 1e-280) & (square < 1e300);
}
static inline double mg_fast_datan2(double a, double x, double y, double g) {
    return a / (x * x + y * y) * g;
}
static inline int mg_fast_range_dhypot(double x, double y) {
    return mg_fast_range_hypot(x, y) & (fabs(x) + fabs(y) > 1e-280);
}
static inline double mg_fast_dhypot(double a, double x, double y, double out, double g) {
    (void)x, (void)y;
    return a / out * g;
}
static inline int mg_fast_range_dpow(double x, double y) {
    return mg_fast_range_pow(x, y) & mg_fast_range_pow(x, y - 1.0);
}
static inline double mg_fast_dpow_base(double x, double y, double g) {
    return (y * mg_fast_pow(x, y - 1.0)) * g;
}
static inline double mg_fast_dpow_exponent(double x, double y, double out, double g) {
    (void)y;
    return (out * mg_fast_log(x)) * g;
}
static inline double mg_fast_lgamma(double x) { return mg_jit_lgamma(x); }
static inline double mg_fast_digamma(double x) { return mg_jit_digamma(x); }
static inline double mg_fast_polygamma(double n, double x) { return mg_jit_polygamma(n, x); }
static const double mg_pi = 3.141592653589793;
static const double mg_one_minus_euler = 0.42278433509846713;
static const double mg_half_log_2_pi_minus_half = 0.4189385332046727;
static const double mg_series[] = {
    -6.4229645638381e-11,   1.330476437424449e-10,   -2.7595228851242334e-10,
    5.731367241678862e-10,  -1.1921401405860912e-09, 2.4836745438024785e-09,
    -5.183475041970047e-09, 1.0838659214896955e-08,  -2.2711094608943164e-08,
    4.7698101693639804e-08, -1.0043224823968099e-07, 2.1207184805554665e-07,
    -4.492469198764566e-07, 9.55141213040742e-07,    -2.039215753801366e-06,
    4.374866789907488e-06,  -9.439488275268397e-06,  2.050721277567069e-05,
    -4.492623673813314e-05, 9.945751278180853e-05,   -0.00022315475845357939,
    0.0005096695247430425,  -0.001192753911703261,   0.0028905103307415234,
    -0.007385551028673986,  0.020580808427784546,    -0.0673523010531981,
    0.3224670334241132};
static const double mg_stirling[] = {
    0.17964437236883057,    -0.029550653594771242, 0.00641025641025641,
    -0.0019175269175269176, 0.0008417508417508417, -0.0005952380952380953,
    0.0007936507936507937,  -0.002777777777777778, 0.08333333333333333};
static const double mg_digamma_terms[] = {
    3.0539543302701198,    -0.4432598039215686,   0.08333333333333333,
    -0.021092796092796094, 0.007575757575757576,  -0.004166666666666667,
    0.003968253968253968,  -0.008333333333333333, 0.08333333333333333};
static const double mg_euler_maclaurin[] = {
    0.08333333333333333,    -0.001388888888888889,   3.306878306878307e-05,
    -8.267195767195768e-07, 2.08767569878681e-08,    -5.284190138687493e-10,
    1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
    -2.174868698558062e-16, 5.5090028283602295e-18,  -1.3954464685812522e-19};
#define mg_POLYNOMIAL(coefficients, x)                                                            mg_polynomial(coefficients, sizeof coefficients / sizeof *coefficients, x)
static double mg_polynomial(const double *coefficients, size_t n, double x) {
    double out = 0.0;
    for (size_t i = 0; i < n; i++)
        out = out * x + coefficients[i];
    return out;
}
static double mg_from_integer(double x) {
    double rest = fmod(x, 1.0);
    return rest > 0.5 ? rest - 1.0 : rest < -0.5 ? rest + 1.0 : rest;
}
static double mg_lgamma_of_1_plus(double t) {
    return t * (mg_one_minus_euler + t * mg_POLYNOMIAL(mg_series, t)) - log1p(t);
}
static double mg_lgamma_of_positive(double x) {
    if (x < 0.5)
        return mg_lgamma_of_1_plus(x) - log(fabs(x));
    if (x <= 1.5)
        return mg_lgamma_of_1_plus(x - 1.0);
    if (x < 10.0) {
        double product = 1.0;
        while (x > 2.5) {
            x -= 1.0;
            product *= x;
        }
        double t = x - 2.0;
        double near_2 = t * (mg_one_minus_euler + t * mg_POLYNOMIAL(mg_series, t));
        return log(product) + near_2;
    }
    double inverse = 1.0 / x;
    double rest = inverse * mg_POLYNOMIAL(mg_stirling, inverse * inverse);
    return (x - 0.5) * (log(x) - 1.0) + (mg_half_log_2_pi_minus_half + rest);
}
static double mg_lgamma(double x) {
    if (!isfinite(x))
        return x * x;
    if (x == 0.0)
        return HUGE_VAL;
    if (x < -0.5) {
        double distance = fabs(mg_from_integer(x));
        if (distance == 0.0)
            return HUGE_VAL;
        return log(mg_pi / (-x * sin(mg_pi * distance))) -
               mg_lgamma_of_positive(-x);
    }
    return mg_lgamma_of_positive(x);
}
static double mg_digamma_of_positive(double x) {
    double below = 0.0;
    while (x < 10.0) {
        below += 1.0 / x;
        x += 1.0;
    }
    double inverse = 1.0 / x;
    double square = inverse * inverse;
    return log(x) - 0.5 * inverse - square * mg_POLYNOMIAL(mg_digamma_terms, square) -
           below;
}
static double mg_digamma(double x) {
    if (x == 0.0)
        return -copysign(HUGE_VAL, x);
    if (!(x > 0.0)) {
        double distance = x > -HUGE_VAL ? mg_from_integer(x) : 0.0;
        if (distance == 0.0)
            return NAN;
        return mg_digamma_of_positive(1.0 - x) - mg_pi / tan(mg_pi * distance);
    }
    return mg_digamma_of_positive(x);
}
static double mg_zeta(double s, double x) {
    double out = 0.0;
    while (x < s + 10.0) {
        out += pow(x, -s);
        x += 1.0;
    }
    double last = pow(x, -s);
    out += pow(x, 1.0 - s) / (s - 1.0) + 0.5 * last;
    double rising = s * last / x;
    double square = x * x;
    for (size_t j = 0; j < sizeof mg_euler_maclaurin / sizeof *mg_euler_maclaurin; j++) {
        out += mg_euler_maclaurin[j] * rising;
        rising = rising * (s + 1.0) * (s + 2.0) / square;
        s += 2.0;
    }
    return out;
}
static double mg_polygamma(double n, double x) {
    if (!(n >= 1.0 && n <= 170.0) || n != floor(n) || x != x || x == -HUGE_VAL)
        return NAN;
    double s = n + 1.0;
    int is_even = fmod(s, 2.0) == 0.0;
    double factor = is_even ? 1.0 : -1.0;
    for (int i = 2; i <= (int)n; i++)
        factor *= i;
    if (x > 0.0)
        return factor * mg_zeta(s, x);
    double distance = mg_from_integer(x);
    if (distance == 0.0 && x != 0.0)
        return is_even ? HUGE_VAL : NAN;
    double left = mg_zeta(s, 1.0 - distance), right = mg_zeta(s, 1.0 + distance);
    double beyond = mg_zeta(s, 1.0 - x);
    double around = pow(distance, -s) + right;
    return factor * (is_even ? around + (left - beyond) : around - (left - beyond));
}
static inline double mg_libm_exp(double x) { return exp(x); }
static inline double mg_libm_expm1(double x) { return expm1(x); }
static inline double mg_libm_log(double x) { return log(x); }
static inline double mg_libm_log2(double x) { return log2(x); }
static inline double mg_libm_log10(double x) { return log10(x); }
static inline double mg_libm_log1p(double x) { return log1p(x); }
static inline double mg_libm_sin(double x) { return sin(x); }
static inline double mg_libm_cos(double x) { return cos(x); }
static inline double mg_libm_tan(double x) { return tan(x); }
static inline double mg_libm_asin(double x) { return asin(x); }
static inline double mg_libm_acos(double x) { return acos(x); }
static inline double mg_libm_atan(double x) { return atan(x); }
static inline double mg_libm_sinh(double x) { return sinh(x); }
static inline double mg_libm_cosh(double x) { return cosh(x); }
static inline double mg_libm_tanh(double x) { return tanh(x); }
static inline double mg_libm_asinh(double x) { return asinh(x); }
static inline double mg_libm_acosh(double x) { return acosh(x); }
static inline double mg_libm_atanh(double x) { return atanh(x); }
static inline double mg_libm_erf(double x) { return erf(x); }
static inline double mg_libm_erfc(double x) { return erfc(x); }
static inline double mg_libm_pow(double x, double y) { return pow(x, y); }
static inline double mg_libm_atan2(double x, double y) { return atan2(x, y); }
static inline double mg_libm_hypot(double x, double y) { return hypot(x, y); }
static inline double mg_libm_exp2(double x) {
    const volatile double two = 2.0;
    return pow(two, x);
}
static inline double mg_libm_sigmoid(double x) {
    if (x >= 0.0)
        return 1.0 / (1.0 + exp(-x));
    double e = exp(x);
    return e / (1.0 + e);
}
static inline double mg_libm_silu(double x) {
    return x < -800.0 ? -0.0 : x * mg_libm_sigmoid(x);
}
static inline double mg_libm_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}
static inline double mg_libm_normal_cdf(double x) {
    const double sqrt_half = 0.7071067811865476;
    return 0.5 * erfc(x * -sqrt_half);
}
static inline double mg_libm_lgamma(double x) { return mg_lgamma(x); }
static inline double mg_libm_digamma(double x) { return mg_digamma(x); }
static inline double mg_libm_polygamma(double n, double x) { return mg_polygamma(n, x); }
static inline double mg_libm_dsilu(double x, double out, double g) {
    double s = mg_libm_sigmoid(x);
    return (x > 0.0 ? s * (1.0 - mg_libm_silu(-x)) : s + out * mg_libm_sigmoid(-x)) * g;
}
static inline double mg_libm_gelu(double x) {
    return x < -40.0 ? -0.0 : x * mg_libm_normal_cdf(x);
}
static inline double mg_libm_dgelu(double x, double g) {
    const double inverse_sqrt_2_pi = 0.3989422804014327;
    double below = mg_libm_normal_cdf(x);
    if (fabs(x) <= 40.0)
        below += x * (mg_libm_exp(x * x * -0.5) * inverse_sqrt_2_pi);
    return below * g;
}
static inline double mg_libm_dhypot(double a, double x, double y, double out, double g) {
    const double scale = 4.149515568880993e180;
    if (out == 0.0)
        return 0.0;
    if (out < 1e-290)
        return a * scale / mg_libm_hypot(x * scale, y * scale) * g;
    return a / out * g;
}
static inline double mg_libm_dpow_base(double x, double y, double g) {
    if (y == 0.0 || y == 1.0)
        return y * g;
    if (y == 2.0)
        return (y * x) * g;
    double power = mg_libm_pow(x, y - 1.0);
    if (MG_UNLIKELY(!isnormal(power)) && power == power && x != 0.0 && isfinite(x)) {
        double root = mg_libm_pow(fabs(x), 0.5 * (y - 1.0));
        return copysign(root, power) * y * g * root;
    }
    return (y * power) * g;
}
static inline double mg_libm_dpow_exponent(double x, double y, double out, double g) {
    return x == 0.0 && y >= 0.0 ? 0.0 : (out * mg_libm_log(x)) * g;
}
static inline double mg_libm_datan2(double a, double x, double y, double g) {
    double square = x * x + y * y;
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    if (MG_LIKELY(square > 1e-280 && square < 1e300) ||
        !(larger > 0.0 && isfinite(larger)))
        return a / square * g;
    x /= larger;
    y /= larger;
    return a / larger / (x * x + y * y) * g / larger;
}
static inline double mg_libm_datan(double x, double g) {
    double square = x * x;
    return square > 1e300 && isfinite(x) ? g / x / x : 1.0 / (1.0 + square) * g;
}
static inline double mg_libm_dlog(double x, double g) {
    double inverse = 1.0 / x;
    return isnormal(inverse) ? inverse * g : g / x;
}
#define MG_TWO_OVER_SQRT_PI 1.1283791670955126
#define MG_LOG2_E 1.4426950408889634
#define MG_LOG10_E 0.4342944819032518
#define MG_LOG_2 0.6931471805599453
static inline double mg_sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}
static inline double mg_dabs(double x, double g) {
    return x > 0.0 ? g : x < 0.0 ? -g : 0.0 * x;
}
static inline double mg_one_minus_square(double x) {
    double square = x * x;
    return square > 0.5 ? (1.0 - x) * (1.0 + x) : 1.0 - square;
}
#define MG_OPS(X) \
    X(add, MG_BINARY, "+", 0, 1, x + y, g, g) \
    X(mul, MG_BINARY, "*", 0, 1, x *y, y *g, x *g) \
    X(pow, MG_BINARY, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y), MG_M(dpow_base)(x, y, g), MG_M(dpow_exponent)(x, y, out, g)) \
    X(pow_k, MG_UNARY_K, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y), MG_M(dpow_base)(x, y, g), 0.0) \
    X(leaky_relu, MG_UNARY_K, "leaky_relu", 0, 1, x < 0.0 ? y * x : x, x > 0.0 ? g : y * g, 0.0) \
    X(abs, MG_UNARY, "abs", 0, 1, fabs(x), mg_dabs(x, g), 0.0) \
    X(relu, MG_UNARY, "ReLU", 0, 1, x < 0.0 ? 0.0 : x, out > 0.0 ? g : 0.0, 0.0) \
    X(tanh, MG_UNARY, "tanh", 1, MG_IN(tanh)(x), MG_M(tanh)(x), (1.0 - out * out) * g, 0.0) \
    X(sigmoid, MG_UNARY, "sigmoid", 1, MG_IN(sigmoid)(x), MG_M(sigmoid)(x), (out * (1.0 - out)) * g, 0.0) \
    X(softplus, MG_UNARY, "softplus", 1, MG_IN(softplus)(x), MG_M(softplus)(x), MG_M(sigmoid)(x) * g, 0.0) \
    X(silu, MG_UNARY, "silu", 1, MG_IN(silu)(x), MG_M(silu)(x), MG_M(dsilu)(x, out, g), 0.0) \
    X(gelu, MG_UNARY, "gelu", 1, MG_IN(gelu)(x), MG_M(gelu)(x), MG_M(dgelu)(x, g), 0.0) \
    X(exp, MG_UNARY, "exp", 1, MG_IN(exp)(x), MG_M(exp)(x), out *g, 0.0) \
    X(exp2, MG_UNARY, "exp2", 1, MG_IN(exp2)(x), MG_M(exp2)(x), (out * MG_LOG_2) * g, 0.0) \
    X(expm1, MG_UNARY, "expm1", 1, MG_IN(expm1)(x), MG_M(expm1)(x), (out + 1.0) * g, 0.0) \
    X(log, MG_UNARY, "log", 1, MG_IN(dlog)(x), MG_M(log)(x), MG_M(dlog)(x, g), 0.0) \
    X(log2, MG_UNARY, "log2", 1, MG_IN(dlog)(x), MG_M(log2)(x), MG_M(dlog)(x, g) * MG_LOG2_E, 0.0) \
    X(log10, MG_UNARY, "log10", 1, MG_IN(dlog)(x), MG_M(log10)(x), MG_M(dlog)(x, g) * MG_LOG10_E, 0.0) \
    X(log1p, MG_UNARY, "log1p", 1, MG_IN(log1p)(x), MG_M(log1p)(x), 1.0 / (1.0 + x) * g, 0.0) \
    X(sqrt, MG_UNARY, "sqrt", 1, 1, sqrt(x), 0.5 / out * g, 0.0) \
    X(sin, MG_UNARY, "sin", 1, MG_IN(sin)(x), MG_M(sin)(x), MG_M(cos)(x) * g, 0.0) \
    X(cos, MG_UNARY, "cos", 1, MG_IN(cos)(x), MG_M(cos)(x), -MG_M(sin)(x) * g, 0.0) \
    X(tan, MG_UNARY, "tan", 1, MG_IN(tan)(x), MG_M(tan)(x), (1.0 + out * out) * g, 0.0) \
    X(asin, MG_UNARY, "asin", 1, MG_IN(asin)(x), MG_M(asin)(x), 1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0) \
    X(acos, MG_UNARY, "acos", 1, MG_IN(acos)(x), MG_M(acos)(x), -1.0 / sqrt(mg_one_minus_square(x)) * g, 0.0) \
    X(atan, MG_UNARY, "atan", 1, MG_IN(datan)(x), MG_M(atan)(x), MG_M(datan)(x, g), 0.0) \
    X(sinh, MG_UNARY, "sinh", 1, MG_IN(sinh)(x), MG_M(sinh)(x), MG_M(cosh)(x) * g, 0.0) \
    X(cosh, MG_UNARY, "cosh", 1, MG_IN(cosh)(x), MG_M(cosh)(x), MG_M(sinh)(x) * g, 0.0) \
    X(asinh, MG_UNARY, "asinh", 1, MG_IN(asinh)(x) & MG_IN(hypot)(x, 1.0), MG_M(asinh)(x), 1.0 / MG_M(hypot)(x, 1.0) * g, 0.0) \
    X(acosh, MG_UNARY, "acosh", 1, MG_IN(acosh)(x), MG_M(acosh)(x), 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)) * g, 0.0) \
    X(atanh, MG_UNARY, "atanh", 1, MG_IN(atanh)(x), MG_M(atanh)(x), 1.0 / mg_one_minus_square(x) * g, 0.0) \
    X(erf, MG_UNARY, "erf", 1, MG_IN(erf)(x) & MG_IN(exp)(-(x * x)), MG_M(erf)(x), MG_TWO_OVER_SQRT_PI *MG_M(exp)(-(x * x)) * g, 0.0) \
    X(erfc, MG_UNARY, "erfc", 1, MG_IN(erfc)(x) & MG_IN(exp)(-(x * x)), MG_M(erfc)(x), -MG_TWO_OVER_SQRT_PI *MG_M(exp)(-(x * x)) * g, 0.0) \
    X(lgamma, MG_UNARY, "lgamma", 1, 0, MG_M(lgamma)(x), MG_M(digamma)(x) * g, 0.0) \
    X(digamma, MG_UNARY, "digamma", 1, 0, MG_M(digamma)(x), MG_M(polygamma)(1.0, x) * g, 0.0) \
    X(floor, MG_UNARY, "floor", 0, 1, floor(x), 0.0, 0.0) \
    X(ceil, MG_UNARY, "ceil", 0, 1, ceil(x), 0.0, 0.0) \
    X(sign, MG_UNARY, "sign", 0, 1, mg_sign(x), 0.0, 0.0) \
    X(atan2, MG_BINARY, "atan2", 1, MG_IN(datan2)(x, y), MG_M(atan2)(x, y), MG_M(datan2)(y, x, y, g), MG_M(datan2)(-x, x, y, g)) \
    X(hypot, MG_BINARY, "hypot", 1, MG_IN(dhypot)(x, y), MG_M(hypot)(x, y), MG_M(dhypot)(x, x, y, out, g), MG_M(dhypot)(y, x, y, out, g)) \
    X(maximum, MG_BINARY, "maximum", 0, 1, x >= y || x != x ? x : y, x >= y || x != x ? g : 0.0, x >= y || x != x ? 0.0 : g) \
    X(minimum, MG_BINARY, "minimum", 0, 1, x <= y || x != x ? x : y, x <= y || x != x ? g : 0.0, x <= y || x != x ? 0.0 : g) \
    X(if_positive, MG_BINARY, "if>0", 0, 1, x > 0.0 ? y : -0.0, 0.0, x > 0.0 ? g : 0.0) \
    X(if_not_positive, MG_BINARY, "if<=0", 0, 1, x > 0.0 ? -0.0 : y, 0.0, x > 0.0 ? 0.0 : g) \
    X(less, MG_BINARY, "<", 0, 1, x < y ? 1.0 : 0.0, 0.0, 0.0) \
    X(less_equal, MG_BINARY, "<=", 0, 1, x <= y ? 1.0 : 0.0, 0.0, 0.0) \
    X(divide, MG_BINARY, "/", 1, 1, x / y, g / y, -out / y *g) \
    X(scale, MG_BINARY, "*", 1, 1, y == 0.0 ? 0.0 : x * y, y * g, x * g) \
    X(polygamma, MG_UNARY_K, "polygamma", 1, 0, MG_M(polygamma)(y, x), MG_M(polygamma)(y + 1.0, x) * g, 0.0) \
    X(detach, MG_UNARY, "detach", 0, 1, x, 0.0, 0.0)
#define MG_FIXED_POWERS(X) \
    X(2.0, 1, MG_M(pow_2)(x), (2.0 * x) * g) \
    X(-1.0, MG_IN(pow_minus_2)(x), MG_M(pow_minus_1)(x), -MG_M(pow_minus_2)(x) * g) \
    X(0.5, MG_IN(pow_minus_half)(x), MG_M(pow_half)(x), (0.5 * MG_M(pow_minus_half)(x)) * g) \
    X(3.0, MG_IN(pow_3)(x), MG_M(pow_3)(x), (3.0 * MG_M(pow_2)(x)) * g) \
    X(4.0, MG_IN(pow_4)(x) & MG_IN(pow_3)(x), MG_M(pow_4)(x), (4.0 * MG_M(pow_3)(x)) * g) \
    X(1.5, MG_IN(pow)(x, 1.5), MG_M(pow)(x, 1.5), (1.5 * MG_M(pow_half)(x)) * g) \
    X(-2.0, MG_IN(pow_minus_2)(x) & MG_IN(pow)(x, -3.0), MG_M(pow_minus_2)(x), (-2.0 * MG_M(pow)(x, -3.0)) * g) \
    X(-0.5, MG_IN(pow_minus_half)(x) & MG_IN(pow)(x, -1.5), MG_M(pow_minus_half)(x), (-0.5 * MG_M(pow)(x, -1.5)) * g)
