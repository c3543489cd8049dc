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
static const double MG_SOFTPLUS_EXPM1[] = {
    0x1.000000000025cp-1,
    0x1.555555555577fp-3,
    0x1.5555553e3ae16p-5,
    0x1.1111110205e1fp-7,
    0x1.6c1eabd477601p-10,
    0x1.a02242ffec511p-13,
};
static const double MG_SOFTPLUS_LOG1P[] = {
    -0x1.0000000000034p-1,
    0x1.555555556b566p-2,
    -0x1.fffffffc47d0bp-3,
    0x1.9999931fa4f8ap-3,
    -0x1.55558e962920ap-3,
    0x1.24d80b291a1f4p-3,
    -0x1.fe56f474c4329p-4,
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
static const double MG_POW_LOG2_REST[] = {
    -0x1.c671fcaf2eb97p-33,
    -0x1.62e42fed2da04p-2,
    0x1.47fd3ff751b9bp-3,
    -0x1.55046a0f60955p-4,
    0x1.7a33dd40cb1c3p-5,
    -0x1.b4eaecade87e4p-6,
};
static const double MG_POW_EXP2_REST[] = {
    0x1.62e42fefa39efp-1,
    0x1.ebfbdff8283d0p-3,
    0x1.c6b08d7046057p-5,
    0x1.3b2addb919828p-7,
    0x1.5d8828e297639p-10,
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
typedef struct {
    double shifted, high, low;
} mg_exp_parts;
static inline mg_exp_parts mg_exp_parts_of(double x) {
    double shifted = x * MG_LOG2_E + MG_ROUNDER;
    double k = shifted - MG_ROUNDER;
    return (mg_exp_parts){shifted, x - k * MG_LN2_HIGH, k * MG_LN2_LOW};
}
static inline double mg_exp_of_parts(mg_exp_parts x) {
    double y = mg_exp_of_rest(x.high, x.low);
    return mg_from_bits(mg_bits_of(y) + (mg_bits_of(x.shifted) << 52));
}
static inline double mg_fast_exp(double x) { return mg_exp_of_parts(mg_exp_parts_of(x)); }
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
static inline double mg_truncate(double x, int bits) {
    return mg_from_bits(mg_bits_of(x) & ~(((uint64_t)1 << (53 - bits)) - 1));
}
typedef struct {
    double k, g;
    double r, v;
    double high, rest;
} mg_half_exp;
static inline mg_half_exp mg_halve_exp(double h) {
    double k = (h * (2.0 * MG_LOG2_E) + MG_ROUNDER) - MG_ROUNDER;
    double first = h - k * (0.5 * MG_LN2_HIGH), low = k * (0.5 * MG_LN2_LOW);
    double high = mg_truncate(first, 26);
    double r = first - low, z = r * r, z2 = z * z;
    const double *c = MG_COTH;
    double v = z * ((c[0] + c[1] * z) + z2 * ((c[2] + c[3] * z) + z2 * c[4]));
    return (mg_half_exp){k, mg_power_of_two(-k), r, v, high, (first - high) - low};
}
static inline double mg_combine(mg_half_exp e, double a, double b) {
    return (a + e.high * b) + (e.rest * b + e.v * a);
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
    double q = mg_truncate((a + b * e.r) * over, 7);
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
MG_FAST_INLINE double mg_log_rest(double s, double half) {
    const double *c = MG_LOG;
    double w = s * s, w2 = w * w;
    double p = (c[0] + c[1] * w) +
               ((c[2] + c[3] * w) + ((c[4] + c[5] * w) + c[6] * w2) * w2) * w2;
    return s * (half + w * p);
}
typedef struct {
    double k, f, s;
} mg_log_parts;
MG_FAST_INLINE mg_log_parts mg_log_parts_of(double k, double f) {
    return (mg_log_parts){k, f, f / (2.0 + f)};
}
MG_FAST_INLINE double mg_log_of_parts(mg_log_parts x, double low) {
    mg_pair sum = mg_fast_two_sum(x.k * MG_LN2_HIGH, x.f);
    double half = 0.5 * x.f * x.f, rest = mg_log_rest(x.s, half);
    mg_pair less = mg_fast_two_sum(sum.high, -half);
    return less.high + (less.low + (sum.low + (rest + (x.k * MG_LN2_LOW + low))));
}
MG_FAST_INLINE double mg_log_of_pair(double high, double low) {
    mg_scaled x = mg_scaled_of(high);
    mg_pair f = mg_fast_two_sum(x.mantissa - 1.0, low * mg_power_of_two(-x.exponent));
    mg_log_parts parts = mg_log_parts_of(x.exponent, f.high);
    return mg_log_of_parts(parts, f.low - f.low * f.high);
}
static inline int mg_fast_range_log(double x) { return (x >= DBL_MIN) & (x < INFINITY); }
MG_FAST_INLINE mg_log_parts mg_log_parts_of_scaled(mg_scaled x) {
    return mg_log_parts_of(x.exponent, x.mantissa - 1.0);
}
MG_FAST_INLINE double mg_fast_log(double x) {
    return mg_log_of_parts(mg_log_parts_of_scaled(mg_scaled_of(x)), 0.0);
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
    return mg_log_of_parts(mg_log_parts_of_scaled(mg_scaled_of_any(x)), 0.0);
}
MG_FAST_INLINE double mg_log_to_base(double k, double f, mg_pair inverse, mg_pair two) {
    double half = 0.5 * f * f, high = mg_upper_half(f - half);
    double low = ((f - high) - half) + mg_log_rest(f / (2.0 + f), half);
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
static const double MG_POW_FACTOR[] = {
    0x1.708p+0, 0x1.6f4p+0, 0x1.6dcp+0, 0x1.6c4p+0, 0x1.6bp+0, 0x1.698p+0, 0x1.684p+0,
    0x1.66cp+0, 0x1.658p+0, 0x1.64p+0, 0x1.62cp+0, 0x1.618p+0, 0x1.604p+0, 0x1.5ecp+0,
    0x1.5d8p+0, 0x1.5c4p+0, 0x1.5bp+0, 0x1.59cp+0, 0x1.588p+0, 0x1.574p+0, 0x1.56p+0,
    0x1.54cp+0, 0x1.538p+0, 0x1.524p+0, 0x1.51p+0, 0x1.4fcp+0, 0x1.4ecp+0, 0x1.4d8p+0,
    0x1.4c4p+0, 0x1.4b4p+0, 0x1.4ap+0, 0x1.48cp+0, 0x1.47cp+0, 0x1.468p+0, 0x1.458p+0,
    0x1.444p+0, 0x1.434p+0, 0x1.424p+0, 0x1.41p+0, 0x1.4p+0, 0x1.3fp+0, 0x1.3dcp+0, 0x1.3ccp+0,
    0x1.3bcp+0, 0x1.3acp+0, 0x1.398p+0, 0x1.388p+0, 0x1.378p+0, 0x1.368p+0, 0x1.358p+0,
    0x1.348p+0, 0x1.338p+0, 0x1.328p+0, 0x1.318p+0, 0x1.308p+0, 0x1.2f8p+0, 0x1.2e8p+0,
    0x1.2d8p+0, 0x1.2ccp+0, 0x1.2bcp+0, 0x1.2acp+0, 0x1.29cp+0, 0x1.28cp+0, 0x1.28p+0,
    0x1.27p+0, 0x1.26p+0, 0x1.254p+0, 0x1.244p+0, 0x1.234p+0, 0x1.228p+0, 0x1.218p+0,
    0x1.20cp+0, 0x1.1fcp+0, 0x1.1fp+0, 0x1.1ep+0, 0x1.1d4p+0, 0x1.1c4p+0, 0x1.1b8p+0,
    0x1.1acp+0, 0x1.19cp+0, 0x1.19p+0, 0x1.184p+0, 0x1.174p+0, 0x1.168p+0, 0x1.15cp+0,
    0x1.14cp+0, 0x1.14p+0, 0x1.134p+0, 0x1.128p+0, 0x1.11cp+0, 0x1.10cp+0, 0x1.1p+0,
    0x1.0f4p+0, 0x1.0e8p+0, 0x1.0dcp+0, 0x1.0dp+0, 0x1.0c4p+0, 0x1.0b8p+0, 0x1.0acp+0,
    0x1.0ap+0, 0x1.094p+0, 0x1.088p+0, 0x1.07cp+0, 0x1.07p+0, 0x1.064p+0, 0x1.058p+0,
    0x1.04cp+0, 0x1.04p+0, 0x1.038p+0, 0x1.02cp+0, 0x1.02p+0, 0x1.014p+0, 0x1.008p+0, 0x1p+0,
    0x1.fe8p-1, 0x1.fdp-1, 0x1.fb8p-1, 0x1.fa8p-1, 0x1.f9p-1, 0x1.f78p-1, 0x1.f6p-1, 0x1.f5p-1,
    0x1.f38p-1, 0x1.f28p-1, 0x1.f1p-1, 0x1.ef8p-1, 0x1.ee8p-1, 0x1.edp-1, 0x1.ecp-1,
    0x1.ea8p-1, 0x1.e98p-1, 0x1.e8p-1, 0x1.e68p-1, 0x1.e58p-1, 0x1.e4p-1, 0x1.e3p-1, 0x1.e2p-1,
    0x1.e08p-1, 0x1.df8p-1, 0x1.dep-1, 0x1.ddp-1, 0x1.db8p-1, 0x1.da8p-1, 0x1.d98p-1,
    0x1.d8p-1, 0x1.d7p-1, 0x1.d6p-1, 0x1.d48p-1, 0x1.d38p-1, 0x1.d28p-1, 0x1.d1p-1, 0x1.dp-1,
    0x1.cfp-1, 0x1.cep-1, 0x1.cc8p-1, 0x1.cb8p-1, 0x1.ca8p-1, 0x1.c98p-1, 0x1.c8p-1, 0x1.c7p-1,
    0x1.c6p-1, 0x1.c5p-1, 0x1.c4p-1, 0x1.c3p-1, 0x1.c18p-1, 0x1.c08p-1, 0x1.bf8p-1, 0x1.be8p-1,
    0x1.bd8p-1, 0x1.bc8p-1, 0x1.bb8p-1, 0x1.ba8p-1, 0x1.b98p-1, 0x1.b88p-1, 0x1.b7p-1,
    0x1.b6p-1, 0x1.b5p-1, 0x1.b4p-1, 0x1.b3p-1, 0x1.b2p-1, 0x1.b1p-1, 0x1.bp-1, 0x1.afp-1,
    0x1.ae8p-1, 0x1.ad8p-1, 0x1.ac8p-1, 0x1.ab8p-1, 0x1.aa8p-1, 0x1.a98p-1, 0x1.a88p-1,
    0x1.a78p-1, 0x1.a68p-1, 0x1.a58p-1, 0x1.a48p-1, 0x1.a38p-1, 0x1.a3p-1, 0x1.a2p-1,
    0x1.a1p-1, 0x1.ap-1, 0x1.9fp-1, 0x1.9ep-1, 0x1.9d8p-1, 0x1.9c8p-1, 0x1.9b8p-1, 0x1.9a8p-1,
    0x1.998p-1, 0x1.99p-1, 0x1.98p-1, 0x1.97p-1, 0x1.96p-1, 0x1.958p-1, 0x1.948p-1, 0x1.938p-1,
    0x1.93p-1, 0x1.92p-1, 0x1.91p-1, 0x1.9p-1, 0x1.8f8p-1, 0x1.8e8p-1, 0x1.8d8p-1, 0x1.8dp-1,
    0x1.8cp-1, 0x1.8bp-1, 0x1.8a8p-1, 0x1.898p-1, 0x1.888p-1, 0x1.88p-1, 0x1.87p-1, 0x1.868p-1,
    0x1.858p-1, 0x1.848p-1, 0x1.84p-1, 0x1.83p-1, 0x1.828p-1, 0x1.818p-1, 0x1.808p-1, 0x1.8p-1,
    0x1.7fp-1, 0x1.7e8p-1, 0x1.7d8p-1, 0x1.7dp-1, 0x1.7cp-1, 0x1.7b8p-1, 0x1.7a8p-1, 0x1.7ap-1,
    0x1.79p-1, 0x1.788p-1, 0x1.778p-1, 0x1.77p-1, 0x1.76p-1, 0x1.758p-1, 0x1.748p-1, 0x1.74p-1,
    0x1.73p-1, 0x1.728p-1, 0x1.718p-1,
};
static const double MG_POW_LOG2[] = {
    0x1.a9671p-9, 0x1.0afbccp-7, 0x1.cc7766p-7, 0x1.475f46p-6, 0x1.98a09bp-6, 0x1.fa80f7p-6,
    0x1.2630678p-5, 0x1.57806bp-5, 0x1.80c0d1p-5, 0x1.b27224p-5, 0x1.dc0442p-5, 0x1.02ddf84p-4,
    0x1.17ccbap-4, 0x1.3104648p-4, 0x1.461d3dp-4, 0x1.5b496f8p-4, 0x1.70891f8p-4,
    0x1.85dc71p-4, 0x1.9b43884p-4, 0x1.b0be8a4p-4, 0x1.c64d9c4p-4, 0x1.dbf0e38p-4,
    0x1.f1a8868p-4, 0x1.03ba55cp-3, 0x1.0eaabcap-3, 0x1.19a58bap-3, 0x1.2275bcap-3,
    0x1.2d83794p-3, 0x1.389bd62p-3, 0x1.4183d4cp-3, 0x1.4caf86p-3, 0x1.57e6118p-3,
    0x1.60e65fap-3, 0x1.6c30a9ap-3, 0x1.7540df4p-3, 0x1.809f2dcp-3, 0x1.89bf836p-3,
    0x1.92e7162p-3, 0x1.9e62cd2p-3, 0x1.a79ad3cp-3, 0x1.b0da3d6p-3, 0x1.bc73f6cp-3,
    0x1.c5c42aap-3, 0x1.cf1be88p-3, 0x1.d87b3cap-3, 0x1.e43d23ep-3, 0x1.edadb76p-3,
    0x1.f72609cp-3, 0x1.005313dp-2, 0x1.05170fp-2, 0x1.09defcfp-2, 0x1.0eaae42p-2,
    0x1.137acb4p-2, 0x1.184eb9p-2, 0x1.1d26b42p-2, 0x1.2202c37p-2, 0x1.26e2edep-2,
    0x1.2bc73a5p-2, 0x1.2f752e4p-2, 0x1.3460c74p-2, 0x1.395095dp-2, 0x1.3e44a12p-2,
    0x1.433cf09p-2, 0x1.46f9fd3p-2, 0x1.4bf9d59p-2, 0x1.50fe066p-2, 0x1.54c409bp-2,
    0x1.59cfe7dp-2, 0x1.5ee0337p-2, 0x1.62af58cp-2, 0x1.67c777p-2, 0x1.6b9c835p-2,
    0x1.70bc8c6p-2, 0x1.7497922p-2, 0x1.79bf9edp-2, 0x1.7da0b0bp-2, 0x1.82d0da4p-2,
    0x1.86b80b5p-2, 0x1.8aa1e2p-2, 0x1.8fddcf3p-2, 0x1.93cde1p-2, 0x1.97c0a48p-2,
    0x1.9d088b2p-2, 0x1.a101a65p-2, 0x1.a4fd7fcp-2, 0x1.aa51971p-2, 0x1.ae53e5ap-2,
    0x1.b258ff2p-2, 0x1.b660e77p-2, 0x1.ba6ba28p-2, 0x1.bfd3b1cp-2, 0x1.c3e512bp-2,
    0x1.c7f953dp-2, 0x1.cc10791p-2, 0x1.d02a86ap-2, 0x1.d44780bp-2, 0x1.d8676b5p-2,
    0x1.dc8a4acp-2, 0x1.e0b0234p-2, 0x1.e4d8f93p-2, 0x1.e904d0cp-2, 0x1.ed33ae7p-2,
    0x1.f165968p-2, 0x1.f59a8d8p-2, 0x1.f9d297dp-2, 0x1.fe0db9fp-2, 0x1.0125fc48p-1,
    0x1.0346ac1p-1, 0x1.04b2ab9p-1, 0x1.06d5fcp-1, 0x1.08fae32p-1, 0x1.0b21636p-1,
    0x1.0d497f1p-1, 0x1.0eba775p-1, 0x1.10e54628p-1, 0x1.1311b6f8p-1, 0x1.153fcc28p-1,
    0x1.16b4c518p-1, 0x1.18e59c8p-1, 0x1.1b181f08p-1, 0x1.1d4c4f3p-1, 0x1.1ec55f48p-1,
    0x1.20fc614p-1, 0x1.227754fp-1, 0x1.24b12ffp-1, 0x1.26ecc3fp-1, 0x1.286ac788p-1,
    0x1.2aa94068p-1, 0x1.2c29347p-1, 0x1.2e6a99b8p-1, 0x1.2fec834p-1, 0x1.3230dcap-1,
    0x1.3476ff58p-1, 0x1.35fc16p-1, 0x1.3845395p-1, 0x1.39cc52f8p-1, 0x1.3b543c28p-1,
    0x1.3da1a0e8p-1, 0x1.3f2b94ap-1, 0x1.417c0d4p-1, 0x1.430811p-1, 0x1.455ba5d8p-1,
    0x1.46e9bf28p-1, 0x1.4878af8p-1, 0x1.4ad0ad2p-1, 0x1.4c61baf8p-1, 0x1.4df3a308p-1,
    0x1.50501a5p-1, 0x1.51e427f8p-1, 0x1.53791328p-1, 0x1.55da1548p-1, 0x1.57712e58p-1,
    0x1.59092848p-1, 0x1.5aa20408p-1, 0x1.5d08f73p-1, 0x1.5ea40bc8p-1, 0x1.604005a8p-1,
    0x1.61dce5c8p-1, 0x1.6449e7f8p-1, 0x1.65e90c38p-1, 0x1.67891a5p-1, 0x1.692a134p-1,
    0x1.6acbf818p-1, 0x1.6c6ec9ep-1, 0x1.6ee4c328p-1, 0x1.7089e9e8p-1, 0x1.72300158p-1,
    0x1.73d70a8p-1, 0x1.757f068p-1, 0x1.7727f668p-1, 0x1.78d1db48p-1, 0x1.7a7cb65p-1,
    0x1.7c28889p-1, 0x1.7dd55328p-1, 0x1.805a573p-1, 0x1.82099398p-1, 0x1.83b9cc6p-1,
    0x1.856b02ap-1, 0x1.871d3788p-1, 0x1.88d06c48p-1, 0x1.8a84a2p-1, 0x1.8c39d9f8p-1,
    0x1.8df01548p-1, 0x1.8ecb9498p-1, 0x1.90835748p-1, 0x1.923c2068p-1, 0x1.93f5f128p-1,
    0x1.95b0cac8p-1, 0x1.976cae9p-1, 0x1.99299dbp-1, 0x1.9ae79978p-1, 0x1.9ca6a328p-1,
    0x1.9e66bc08p-1, 0x1.a027e568p-1, 0x1.a1ea2088p-1, 0x1.a2cba528p-1, 0x1.a48f7d68p-1,
    0x1.a6546ab8p-1, 0x1.a81a6e7p-1, 0x1.a9e189d8p-1, 0x1.aba9be58p-1, 0x1.ac8e427p-1,
    0x1.ae581f2p-1, 0x1.b0231848p-1, 0x1.b1ef2f58p-1, 0x1.b3bc65bp-1, 0x1.b4a36d08p-1,
    0x1.b67254e8p-1, 0x1.b8425f98p-1, 0x1.ba138e88p-1, 0x1.bafc9408p-1, 0x1.bccf7c08p-1,
    0x1.bea38bep-1, 0x1.bf8e0338p-1, 0x1.c163d1ap-1, 0x1.c33acb9p-1, 0x1.c512f29p-1,
    0x1.c5ff777p-1, 0x1.c7d964d8p-1, 0x1.c9b48318p-1, 0x1.caa28508p-1, 0x1.cc7f6f68p-1,
    0x1.ce5d8e8p-1, 0x1.cf4d1248p-1, 0x1.d12d0358p-1, 0x1.d30e2d1p-1, 0x1.d3ff37a8p-1,
    0x1.d5e2395p-1, 0x1.d6d430c8p-1, 0x1.d8b90ep-1, 0x1.da9f2a5p-1, 0x1.db92b0a8p-1,
    0x1.dd7aaebp-1, 0x1.de6f26dp-1, 0x1.e0590a5p-1, 0x1.e244339p-1, 0x1.e33a42ep-1,
    0x1.e52757e8p-1, 0x1.e61e5e18p-1, 0x1.e80d62c8p-1, 0x1.e90561c8p-1, 0x1.eaf65a1p-1,
    0x1.ebef53dp-1, 0x1.ede243ap-1, 0x1.eedc3a2p-1, 0x1.f0d12578p-1, 0x1.f1cc1acp-1,
    0x1.f3c305a8p-1, 0x1.f4befbcp-1, 0x1.f6b7ea58p-1, 0x1.f7b4e35p-1, 0x1.f9afd9b8p-1,
    0x1.faadd7a8p-1, 0x1.fcaada18p-1, 0x1.fda9df18p-1, 0x1.ffa8f1c8p-1,
};
static const double MG_POW_LOG2_LOW[] = {
    -0x1.04e4f2a9cf2c9p-35, 0x1.a0a3e36a4d44ap-32, -0x1.0352b31be6ed1p-32,
    0x1.17ae67d1b598p-33, 0x1.7508718bf5176p-33, -0x1.a7b9f893d140fp-32, 0x1.f0d1e5cfa9d95p-33,
    0x1.241fbe685e341p-35, -0x1.eeb18e0405fadp-32, 0x1.60afe04c941e8p-33,
    0x1.4843e45d47906p-33, 0x1.87ddd6351b74dp-32, 0x1.9cd01ded069ap-34, -0x1.8f55757ef0237p-34,
    0x1.5f8990402c859p-32, 0x1.79d7affb4b7f1p-33, -0x1.16017aa41a868p-34,
    -0x1.75afa17ec5153p-32, -0x1.7b57112448523p-34, -0x1.90bf91a12bb84p-35,
    -0x1.aed1eb2f0141cp-32, 0x1.eb27edbf18c05p-33, 0x1.420337084972ep-35,
    -0x1.dc0e093e7f883p-33, -0x1.3d5cd77117b97p-34, -0x1.0e9f918b8099ap-32,
    0x1.21176427c0d77p-32, -0x1.0dc0ccc6ddbd2p-32, -0x1.d5426a8273516p-32,
    -0x1.16d77ba3c9345p-33, -0x1.ae41b73a2f2bcp-32, -0x1.1af006b1a7cep-32,
    0x1.9b2f69ac8c0ebp-32, 0x1.5a59e1bdccbcbp-33, 0x1.7bf70067712a7p-33, -0x1.4fb8c6af4678p-32,
    -0x1.f1362b21392bcp-33, 0x1.b6748985c6237p-39, 0x1.537b20d135811p-33,
    0x1.193d0c5e6bd7bp-32, 0x1.b0d85408740a2p-33, -0x1.39dbd657b1deep-32,
    -0x1.0b63370b30f91p-34, 0x1.1d1f9c1d87a72p-35, -0x1.b14a430063c16p-35,
    -0x1.fa8e7e2170bc7p-34, -0x1.081aef1a046fcp-33, -0x1.d02dab0ce0b9cp-32,
    -0x1.5eb6452d8950fp-34, -0x1.c500693653a5p-36, -0x1.1fdb5e9edeafp-32,
    0x1.526616c12d08fp-33, 0x1.652ab731e2e05p-32, 0x1.62e46ad071102p-32, 0x1.27b8432a6a296p-32,
    0x1.7dae8da5e7cd2p-32, -0x1.f84dae4e28646p-34, 0x1.66bd1cc901f96p-33,
    -0x1.a5cff655a557ep-33, -0x1.6af2bb49bf0e3p-33, -0x1.3b0b29b3afccdp-32,
    0x1.0c98b4a630e28p-36, -0x1.b2bcfcccb5dedp-32, 0x1.c7a420ef9c93fp-33,
    -0x1.f3c59d3ce082cp-32, 0x1.50c97a519aea7p-32, 0x1.add8ceee22dcdp-33,
    -0x1.b5a2f96e73d4p-32, 0x1.378f5f353f061p-35, 0x1.74b44c59aae66p-32,
    -0x1.08247fe94bea1p-32, -0x1.763a936acfa64p-35, 0x1.2daca4896eb81p-32,
    -0x1.4e1bb8739f134p-33, 0x1.45bc9df51eb51p-32, 0x1.79b80c7eded6ap-35,
    0x1.364fbe5ad1b63p-33, 0x1.ddcb7ea5e5924p-32, 0x1.6bf77ff41e184p-32, 0x1.35959e5a5075ep-33,
    -0x1.88c2474db5812p-33, -0x1.884f0b161b0c3p-33, -0x1.e67a5f7292844p-32,
    0x1.f5c9ac81f9d8ap-32, -0x1.8689952169752p-33, -0x1.a0bd7e584e1d4p-36,
    -0x1.8002083088f86p-34, -0x1.753b2d487beefp-32, -0x1.a9ad39dae9647p-32,
    -0x1.40a0e13cd87c8p-32, -0x1.a753f477c8056p-32, 0x1.849821dac4341p-32,
    -0x1.ea709097303e4p-34, 0x1.3cd2de5310efdp-32, 0x1.b8f389235ed55p-32,
    -0x1.c5af04321247ap-32, -0x1.c5c4c1e28d402p-32, -0x1.1db427e1d3c89p-33,
    0x1.dd1dc61b38ffp-32, -0x1.bd53b9175fa53p-35, 0x1.cfca710ebd252p-32,
    -0x1.15ff2d3094edap-32, 0x1.b764b4d6df671p-34, -0x1.e681dab8831e3p-32,
    -0x1.e6942a6b0417bp-32, 0x1.0f90e1e5aeca4p-32, -0x1.e5763f5d5f1cap-32,
    -0x1.2309520b0b027p-32, -0x1.4c6c11f520371p-32, -0x1.904535a4e6f9p-32,
    0x1.6fca2e279ec0ap-32, -0x1.2fbc20e18fde9p-32, 0x1.555e34c57accap-34,
    0x1.36ace15e421e4p-34, 0x1.b44b88c71a533p-33, -0x1.dc7bc1a5e4b86p-32,
    -0x1.0df612f1a7b6ap-36, -0x1.d3830451864c5p-32, 0x1.a7ea8ade431bfp-33,
    -0x1.3afbd137676dp-35, 0x1.71f9b67e83f33p-32, -0x1.30f3e5dae9161p-32,
    -0x1.0fb1866711d74p-32, -0x1.e2d44e0d75a99p-32, 0x1.b792d1cb83b21p-33,
    -0x1.e9aee3e8e4b2fp-32, 0x1.7397060658223p-33, -0x1.24feb07f97561p-32,
    -0x1.12f64532265d8p-35, 0x1.e81cf14db5b2cp-36, -0x1.b504bd2b0e923p-36,
    -0x1.b2002a9ba94e4p-32, 0x1.35ffac1ea022cp-34, -0x1.11e87d043a8e9p-32,
    -0x1.49a53f9a65694p-32, 0x1.1f79e2c0b2f8ep-32, 0x1.50723c2f3b288p-34,
    -0x1.d8fbf24a89b4fp-32, -0x1.e436f62831cefp-34, 0x1.f963024574e3p-32,
    0x1.e5c38ae124af7p-32, -0x1.acf9ccf0ddd63p-35, 0x1.b35d73f275645p-32,
    0x1.0f3357e54040cp-33, 0x1.40a88ebc442d2p-32, 0x1.1b69f2fba2938p-32, 0x1.aaf275030ce99p-34,
    -0x1.4ecec1e7492f5p-33, 0x1.8481b9e8a48bdp-32, -0x1.10639bf7b126dp-32,
    0x1.425dedb7d5cc3p-37, 0x1.a41465fd34fd7p-32, -0x1.783fb6e5235b9p-35,
    -0x1.f4b24ce86a89ep-33, 0x1.012a762403fdfp-32, 0x1.38dbcfb5ff8acp-33,
    -0x1.78e8d8a4b5c7fp-33, 0x1.1dbb21cb91f6dp-32, 0x1.341271c27b253p-34,
    0x1.71c44b0728d25p-34, -0x1.2b5b05931fca7p-32, -0x1.2bffa35e8dacbp-34,
    -0x1.18adf161df0a3p-35, 0x1.0dcf83006047p-32, -0x1.6f3f2f53d820dp-32,
    0x1.63b91f8a66e7dp-32, 0x1.d6d229a7cf445p-34, 0x1.9a5ab4f296371p-32,
    -0x1.b55c887faa748p-34, -0x1.f0ebfdf02e9e7p-32, 0x1.b1b1260244abp-32,
    0x1.063db237f722fp-36, -0x1.23b3a5ef760fap-34, 0x1.4f2378232ce87p-35,
    -0x1.a20f97cf8af3ep-33, 0x1.f3cd4abc4c336p-32, -0x1.a3e83acf4f98ep-34,
    0x1.62ede541b715p-36, 0x1.cf3ec991c10a2p-34, -0x1.462df82ca75fbp-32, 0x1.fbef9a991cd73p-32,
    -0x1.a5d85e874f99ap-32, 0x1.033b720f03753p-32, 0x1.5d1b9c26906b5p-32,
    0x1.049f0537677f2p-32, -0x1.62f8360493bd2p-32, -0x1.c6802e504be34p-33,
    0x1.2902c7d3c362fp-33, -0x1.ce03224c4470ap-32, 0x1.0a20c6740d9c9p-34,
    0x1.aea929937e6dfp-35, 0x1.41609f16fc46fp-33, 0x1.3fc854b985346p-32,
    -0x1.05826c5d268cap-32, -0x1.a459ad1ad251ep-36, 0x1.c73dc7fb3b4a9p-32,
    0x1.7d32e81743dbfp-32, 0x1.a45dfd36658d4p-33, -0x1.ee9b2611e6529p-32,
    0x1.8197772761ff1p-33, 0x1.a428f6543db6dp-32, 0x1.f14ba0b2857a9p-35,
    -0x1.c55fc666a7b74p-33, 0x1.9c844ea36391cp-32, 0x1.e0a2a9f6ebc05p-33,
    -0x1.9b37421144c6dp-34, -0x1.aebfa906a39p-32, -0x1.dcf997136f5c1p-34,
    0x1.829d47ed35191p-36, -0x1.b8e26a6beb972p-33, -0x1.38e2fadc71505p-34,
    -0x1.2d7d56d53eef6p-32, 0x1.f3d3a1726d6a4p-35, -0x1.01eebb62f370dp-32,
    -0x1.50cae9fbdef84p-32, 0x1.28ee8c74cd5f2p-32, 0x1.e4cee0654727dp-32,
    0x1.ac2f657a372d8p-33, 0x1.1f58ccac9fd2p-32, 0x1.5a57cd0f40154p-33, -0x1.f35fed15fce6cp-32,
    -0x1.d6a84b82aa1bfp-34, -0x1.79faa707d8f6p-32, 0x1.da79da7dcd6c5p-36,
    0x1.6afc5c39df471p-32, -0x1.d2db15de21143p-36, -0x1.66bffc1d8a14fp-33,
    -0x1.2d3d10e94e869p-32, -0x1.6f5937e00e566p-32, -0x1.5ac2aa6fb39e8p-35,
    0x1.9dd7b6940dd78p-34, -0x1.5739fdebcc08ap-32, -0x1.1818b2f00294fp-33,
    -0x1.86221a5c1b196p-33, -0x1.0bac2d797a3ebp-33, -0x1.f7ec698ff7c45p-33,
    -0x1.ae2b4f480f838p-32, 0x1.0a006b8fe3715p-33, -0x1.a783195da091fp-32,
    0x1.95a94320f0a85p-32, -0x1.6c3cea5ca3e08p-32, -0x1.d7260fd1cbb7p-33,
    -0x1.2ba8be051d368p-32, -0x1.3d8b0e29cf7eep-32, -0x1.32efcdd3d3155p-35,
    -0x1.3063f0d883b95p-33, -0x1.13b9a242382fcp-33, 0x1.f0849acee7f2dp-33,
    0x1.6914599904d9dp-33, 0x1.71dfcbc392775p-33, -0x1.3993d935335e6p-39,
    0x1.66a12fdca6fc8p-32, -0x1.82fdc93239438p-33, -0x1.462a02258c06ep-33,
    -0x1.ef41c1f8d810dp-32, 0x1.7c2b5db4f079dp-33,
};
static const uint64_t MG_POW_EXP2[] = {
    0x3ff0000000000000ULL, 0x3feff63da9fb3335ULL, 0x3fefec9a3e778061ULL, 0x3fefe315e86e7f85ULL,
    0x3fefd9b0d3158574ULL, 0x3fefd06b29ddf6deULL, 0x3fefc74518759bc8ULL, 0x3fefbe3ecac6f383ULL,
    0x3fefb5586cf9890fULL, 0x3fefac922b7247f7ULL, 0x3fefa3ec32d3d1a2ULL, 0x3fef9b66affed31bULL,
    0x3fef9301d0125b51ULL, 0x3fef8abdc06c31ccULL, 0x3fef829aaea92de0ULL, 0x3fef7a98c8a58e51ULL,
    0x3fef72b83c7d517bULL, 0x3fef6af9388c8deaULL, 0x3fef635beb6fcb75ULL, 0x3fef5be084045cd4ULL,
    0x3fef54873168b9aaULL, 0x3fef4d5022fcd91dULL, 0x3fef463b88628cd6ULL, 0x3fef3f49917ddc96ULL,
    0x3fef387a6e756238ULL, 0x3fef31ce4fb2a63fULL, 0x3fef2b4565e27cddULL, 0x3fef24dfe1f56381ULL,
    0x3fef1e9df51fdee1ULL, 0x3fef187fd0dad990ULL, 0x3fef1285a6e4030bULL, 0x3fef0cafa93e2f56ULL,
    0x3fef06fe0a31b715ULL, 0x3fef0170fc4cd831ULL, 0x3feefc08b26416ffULL, 0x3feef6c55f929ff1ULL,
    0x3feef1a7373aa9cbULL, 0x3feeecae6d05d866ULL, 0x3feee7db34e59ff7ULL, 0x3feee32dc313a8e5ULL,
    0x3feedea64c123422ULL, 0x3feeda4504ac801cULL, 0x3feed60a21f72e2aULL, 0x3feed1f5d950a897ULL,
    0x3feece086061892dULL, 0x3feeca41ed1d0057ULL, 0x3feec6a2b5c13cd0ULL, 0x3feec32af0d7d3deULL,
    0x3feebfdad5362a27ULL, 0x3feebcb299fddd0dULL, 0x3feeb9b2769d2ca7ULL, 0x3feeb6daa2cf6642ULL,
    0x3feeb42b569d4f82ULL, 0x3feeb1a4ca5d920fULL, 0x3feeaf4736b527daULL, 0x3feead12d497c7fdULL,
    0x3feeab07dd485429ULL, 0x3feea9268a5946b7ULL, 0x3feea76f15ad2148ULL, 0x3feea5e1b976dc09ULL,
    0x3feea47eb03a5585ULL, 0x3feea34634ccc320ULL, 0x3feea23882552225ULL, 0x3feea155d44ca973ULL,
    0x3feea09e667f3bcdULL, 0x3feea012750bdabfULL, 0x3fee9fb23c651a2fULL, 0x3fee9f7df9519484ULL,
    0x3fee9f75e8ec5f74ULL, 0x3fee9f9a48a58174ULL, 0x3fee9feb564267c9ULL, 0x3feea0694fde5d3fULL,
    0x3feea11473eb0187ULL, 0x3feea1ed0130c132ULL, 0x3feea2f336cf4e62ULL, 0x3feea427543e1a12ULL,
    0x3feea589994cce13ULL, 0x3feea71a4623c7adULL, 0x3feea8d99b4492edULL, 0x3feeaac7d98a6699ULL,
    0x3feeace5422aa0dbULL, 0x3feeaf3216b5448cULL, 0x3feeb1ae99157736ULL, 0x3feeb45b0b91ffc6ULL,
    0x3feeb737b0cdc5e5ULL, 0x3feeba44cbc8520fULL, 0x3feebd829fde4e50ULL, 0x3feec0f170ca07baULL,
    0x3feec49182a3f090ULL, 0x3feec86319e32323ULL, 0x3feecc667b5de565ULL, 0x3feed09bec4a2d33ULL,
    0x3feed503b23e255dULL, 0x3feed99e1330b358ULL, 0x3feede6b5579fdbfULL, 0x3feee36bbfd3f37aULL,
    0x3feee89f995ad3adULL, 0x3feeee07298db666ULL, 0x3feef3a2b84f15fbULL, 0x3feef9728de5593aULL,
    0x3feeff76f2fb5e47ULL, 0x3fef05b030a1064aULL, 0x3fef0c1e904bc1d2ULL, 0x3fef12c25bd71e09ULL,
    0x3fef199bdd85529cULL, 0x3fef20ab5fffd07aULL, 0x3fef27f12e57d14bULL, 0x3fef2f6d9406e7b5ULL,
    0x3fef3720dcef9069ULL, 0x3fef3f0b555dc3faULL, 0x3fef472d4a07897cULL, 0x3fef4f87080d89f2ULL,
    0x3fef5818dcfba487ULL, 0x3fef60e316c98398ULL, 0x3fef69e603db3285ULL, 0x3fef7321f301b460ULL,
    0x3fef7c97337b9b5fULL, 0x3fef864614f5a129ULL, 0x3fef902ee78b3ff6ULL, 0x3fef9a51fbc74c83ULL,
    0x3fefa4afa2a490daULL, 0x3fefaf482d8e67f1ULL, 0x3fefba1bee615a27ULL, 0x3fefc52b376bba97ULL,
    0x3fefd0765b6e4540ULL, 0x3fefdbfdad9cbe14ULL, 0x3fefe7c1819e90d8ULL, 0x3feff3c22b8f71f1ULL,
};
static const double MG_POW_EXP2_LOW[] = {
    0x0p+0, 0x1.b3b4f1a88bf6ep-54, -0x1.160139cd8dc5dp-56, -0x1.05e7a108766d1p-54,
    0x1.cd2523567f613p-55, -0x1.bce8023f98efap-55, 0x1.0f74e61e6c861p-57,
    0x1.0a3e45b33d399p-54, 0x1.79aa65d837b6dp-54, 0x1.eb51a92fdeffcp-55, 0x1.ebe3d702f9cd1p-60,
    -0x1.a033489906e0bp-57, -0x1.556522a2fbd0ep-54, -0x1.080ef8c4eea55p-58,
    -0x1.1c923b9d5f416p-54, 0x1.0d3e3e95c55afp-55, -0x1.01b15eaa59348p-55,
    -0x1.f1ff055de323dp-55, 0x1.b898c3f1353bfp-55, -0x1.6d99c7611eb26p-54,
    0x1.aecf73e3a2f6p-54, -0x1.fe782cb86389dp-55, 0x1.a6f4144a6c38dp-55, 0x1.07a05b0e4047dp-55,
    0x1.68efde3a8a894p-54, 0x1.75e18f274487dp-55, 0x1.0472b981fe7f2p-55,
    -0x1.6b87b3f71085ep-54, 0x1.2f7e16d09ab31p-55, -0x1.d219b1a6fbffap-60,
    0x1.b3782720c0ab4p-55, 0x1.e149289cecb8fp-57, 0x1.34d754db0abb6p-55, 0x1.64201e2ac744cp-55,
    0x1.fdd395dd3f84ap-55, -0x1.6a3803b8e5b04p-55, -0x1.24aedcc4b5068p-54,
    -0x1.907f81b512d8ep-54, -0x1.1d1e83e9436d2p-56, -0x1.91919b3ce1b15p-54,
    0x1.59f48a72a4c6dp-55, -0x1.312607a28698ap-54, -0x1.8a78f4817895bp-58,
    -0x1.c2c9b67499a1bp-56, 0x1.363ed60c2ac11p-59, 0x1.666093b0664efp-54,
    0x1.ecce1daa10379p-57, 0x1.3ff8e3f0f123p-54, 0x1.690cebb7aafbp-56, 0x1.31dbdeb54e077p-54,
    -0x1.f94340071a38ep-55, -0x1.7deccdc93a349p-55, -0x1.8dec6bd0f385fp-56,
    -0x1.61246ec7b5cf6p-55, 0x1.3350518fdd78ep-54, 0x1.b98b72f8a9b05p-56,
    0x1.063e1e21c5409p-54, 0x1.4c7855019c6eap-60, 0x1.432e62b64c035p-54,
    -0x1.ce44a6199769fp-55, -0x1.c33c53bef4da8p-55, -0x1.45378892be9aep-55,
    -0x1.3cedd78565858p-54, 0x1.710aa807e1964p-58, -0x1.3b3efbf5e2228p-54,
    -0x1.a12ad8734b982p-57, -0x1.367efb86da9eep-57, -0x1.0dc3d54e08851p-55,
    -0x1.81f647e5a3ecfp-56, -0x1.6ee4ac08b7dbp-55, -0x1.619321e55e68ap-55,
    0x1.09ccb5e09d4d3p-54, -0x1.b32dcb94da51dp-56, 0x1.4ecfd5467c06bp-54,
    0x1.5ebe1abd66c55p-57, -0x1.8a1c52fb3cf42p-55, -0x1.369b6f13b3734p-54,
    -0x1.05e843a19ff1ep-55, -0x1.4d450d872576ep-54, 0x1.0ad675b0e8ap-54, 0x1.db72fc1f0eab4p-55,
    -0x1.5b6609cc5e7ffp-57, 0x1.bf68359f35f44p-56, -0x1.3091fa71e3d83p-54,
    -0x1.da9b88b6c1e29p-58, -0x1.c23f97c90b959p-57, -0x1.2434322f4f9aap-54,
    -0x1.5ca6cd7668e4bp-55, 0x1.1affc2b91ce27p-56, 0x1.dd235e10a73bbp-57,
    -0x1.7c50422622263p-55, 0x1.b1c86e3e231d5p-55, -0x1.1bbd1d3bcbb15p-54,
    0x1.0cc319cee31d2p-54, 0x1.469846e735ab3p-55, -0x1.2dfcd978e9db4p-55,
    0x1.c1a7792cb3387p-55, -0x1.07b8f4ad1d9fap-54, -0x1.5c3d956dcaebap-58,
    -0x1.0a40e3da6f64p-54, -0x1.8d6f438ad9334p-57, -0x1.1eee26b588a35p-54,
    0x1.4ffd70a5fddcdp-56, -0x1.1bdfbfa9298acp-54, 0x1.36eae30af0cb3p-56,
    0x1.ee3325c9ffd94p-55, 0x1.4e08fd10959acp-55, 0x1.3cdaf384e1a67p-57, 0x1.76b2c6c921968p-57,
    -0x1.08a1883ccb5d2p-55, -0x1.fad5d3ffffa6fp-55, -0x1.00dae3875a949p-54,
    0x1.4a385a63d07a7p-56, -0x1.2919e2040220fp-55, 0x1.e5a50d5c192acp-55,
    0x1.43a59ac016b4bp-55, -0x1.2d52107b43e1fp-55, -0x1.92ab93b470dc9p-55,
    0x1.4b604603a88d3p-56, 0x1.3c5ec519d7271p-55, -0x1.ff7128fd391fp-55,
    -0x1.dae98e223747dp-55, 0x1.ec3bc41aa2008p-55, 0x1.42b94c3a9eb32p-55,
    0x1.a64a931d185eep-55, -0x1.e37bae43be3edp-55, 0x1.7893b4d91cd9dp-56,
    0x1.305c14160cc89p-58,
};
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
#define MG_LOG2_E_30 1.4426950411871076
MG_FAST_INLINE mg_pair mg_log2_pair(double x) {
    const double *p = MG_POW_LOG2_REST;
    uint64_t bits = mg_bits_of(x), i = (bits >> 44) & 255;
    double k = mg_from_bits((bits >> 52) | 0x4330000000000000ULL);
    double m = mg_from_bits((bits & 0x000fffffffffffffULL) | MG_ONE_BITS);
    double m_high = mg_from_bits(mg_bits_of(m) & 0xffffffff00000000ULL);
    double q = MG_POW_FACTOR[i];
    double r_high = m_high * q - MG_LOG2_E_30, r_low = (m - m_high) * q;
    double r = r_high + r_low, r2 = r * r;
    double rest = (p[0] + p[1] * r) + ((p[2] + p[3] * r) + (p[4] + p[5] * r) * r2) * r2;
    double high = ((k - (4503599627370496.0 + 1023.0)) + MG_POW_LOG2[i]) + r_high;
    return (mg_pair){high, r_low + (MG_POW_LOG2_LOW[i] + r * rest)};
}
#define MG_ROUNDER_7 52776558133248.0
MG_FAST_INLINE double mg_fast_pow_of_log2(mg_pair log, double y) {
    const double *p = MG_POW_EXP2_REST;
    double y_high = mg_from_bits(mg_bits_of(y) & 0xffffff0000000000ULL);
    double shifted = y * log.high + MG_ROUNDER_7, product = y_high * log.high;
    double low = (y - y_high) * log.high + y * log.low;
    double z = (product - (shifted - MG_ROUNDER_7)) + low, z2 = z * z;
    uint64_t bits = mg_bits_of(shifted), i = bits & 127;
    double power = mg_from_bits((bits << 45) + MG_POW_EXP2[i]);
    double rest = (p[0] + p[1] * z) + ((p[2] + p[3] * z) + p[4] * z2) * z2;
    return power + power * (MG_POW_EXP2_LOW[i] + z * rest);
}
static inline int mg_fast_range_pow(double x, double y) {
    double k = mg_from_bits((mg_bits_of(x) >> 52) | 0x4330000000000000ULL);
    double size = fabs(k - (4503599627370496.0 + 1023.0)), a = fabs(y);
    return (size < 1022.5) & (a * (size + 1.0) < 960.0) & (a != 0.5) & (a != 1.0) &
           (a != 2.0) & (y != 3.0) & (y != 4.0);
}
MG_FAST_INLINE double mg_fast_pow(double x, double y) {
    return mg_fast_pow_of_log2(mg_log2_pair(x), y);
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
static inline double mg_pow_of_positive(double x, double y) {
    if (mg_fast_range_pow(x, y))
        return mg_fast_pow(x, y);
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
static inline int mg_fast_range_tanh(double x) { return (void)x, 1; }
static inline double mg_tanh_of_half_exp(mg_half_exp e, double x) {
    double g = e.g, a = 1.0 - g, b = 1.0 + g, d = b + a * e.r;
    double rough = mg_truncate((a + b * e.r) * (1.5 - 0.5 * d), 7);
    double plus = 1.0 + rough, q = plus - 1.0, minus = 1.0 - q, scaled = g * plus;
    double y = q + mg_combine(e, minus - scaled, minus + scaled) / (d + b * e.v);
    return mg_or_sign(fabs(x) > 350.0 ? 1.0 : y, x);
}
static inline double mg_fast_tanh(double x) {
    return mg_tanh_of_half_exp(mg_halve_exp(fabs(x)), x);
}
static inline double mg_jit_tanh(double x) { return mg_fast_tanh(x); }
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
    return mg_log_of_parts(mg_log_parts_of(parts.exponent + 1.0, parts.mantissa - 1.0), 0.0);
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
static const double MG_SOFTPLUS_AT[512] = {
    0x1.a2p-55, 0x1.9999999978p-4, 0x1.99999999a48p-3, 0x1.3333333334cp-2, 0x1.9999999991cp-2,
    0x1.00000000074p-1, 0x1.33333333328p-1, 0x1.6666666668ap-1, 0x1.99999999934p-1,
    0x1.cccccccccf2p-1, 0x1.fffffffffe4p-1, 0x1.1999999996ap+0, 0x1.33333333367p+0,
    0x1.4ccccccccc8p+0, 0x1.66666666664p+0, 0x1.7ffffffffcdp+0, 0x1.99999999916p+0,
    0x1.b33333332afp+0, 0x1.ccccccccd05p+0, 0x1.e666666667ep+0, 0x1.fffffffffc2p+0,
    0x1.0ccccccccc7p+1, 0x1.199999999b3p+1, 0x1.26666666657p+1, 0x1.33333333349p+1,
    0x1.400000000238p+1, 0x1.4ccccccccd68p+1, 0x1.5999999997p+1, 0x1.666666666cf8p+1,
    0x1.73333333347p+1, 0x1.800000000038p+1, 0x1.8ccccccccc08p+1, 0x1.9999999999bp+1,
    0x1.a6666666671p+1, 0x1.b333333334p+1, 0x1.c000000001f8p+1, 0x1.cccccccccc1p+1,
    0x1.d99999999b28p+1, 0x1.e666666667bp+1, 0x1.f333333334d8p+1, 0x1.00000000005cp+2,
    0x1.0666666663cp+2, 0x1.0ccccccccc54p+2, 0x1.13333333333p+2, 0x1.1999999999ap+2,
    0x1.1fffffffffd4p+2, 0x1.266666666698p+2, 0x1.2ccccccccd9cp+2, 0x1.33333333333p+2,
    0x1.3999999998d8p+2, 0x1.400000000028p+2, 0x1.466666666638p+2, 0x1.4ccccccccb44p+2,
    0x1.5333333332d8p+2, 0x1.5999999997c4p+2, 0x1.600000000084p+2, 0x1.666666666654p+2,
    0x1.6ccccccccc44p+2, 0x1.7333333332b8p+2, 0x1.7999999998b8p+2, 0x1.800000000088p+2,
    0x1.86666666666cp+2, 0x1.8ccccccccc4cp+2, 0x1.9333333333acp+2, 0x1.99999999985cp+2,
    0x1.9fffffffff8p+2, 0x1.a66666666654p+2, 0x1.accccccccc4p+2, 0x1.b333333333ap+2,
    0x1.b99999999504p+2, 0x1.c000000000d4p+2, 0x1.c666666666ccp+2, 0x1.ccccccccccd8p+2,
    0x1.d33333333384p+2, 0x1.d9999999996cp+2, 0x1.dffffffffecp+2, 0x1.e666666666c4p+2,
    0x1.eccccccccd78p+2, 0x1.f3333333337cp+2, 0x1.f9999999996cp+2, 0x1.ffffffffffccp+2,
    0x1.033333333272p+3, 0x1.06666666660ep+3, 0x1.099999999a32p+3, 0x1.0cccccccccf4p+3,
    0x1.0fffffffffcep+3, 0x1.13333333334ap+3, 0x1.16666666667ep+3, 0x1.199999999976p+3,
    0x1.1ccccccccd5p+3, 0x1.1fffffffff5p+3, 0x1.23333333333ap+3, 0x1.26666666665ep+3,
    0x1.29999999996ap+3, 0x1.2cccccccb482p+3, 0x1.30000000000ep+3, 0x1.333333333326p+3,
    0x1.3666666666b2p+3, 0x1.3999999999f8p+3, 0x1.3ccccccccd36p+3, 0x1.4000000000c2p+3,
    0x1.43333333334p+3, 0x1.466666666682p+3, 0x1.499999999a76p+3, 0x1.4ccccccccd1p+3,
    0x1.5000000002a2p+3, 0x1.53333333334cp+3, 0x1.566666666662p+3, 0x1.599999999a86p+3,
    0x1.5ccccccccc88p+3, 0x1.5fffffffff1ep+3, 0x1.63333333336cp+3, 0x1.666666666672p+3,
    0x1.699999999982p+3, 0x1.6ccccccccc16p+3, 0x1.70000000000ap+3, 0x1.733333333348p+3,
    0x1.766666666646p+3, 0x1.79999999998cp+3, 0x1.7ccccccccceap+3, 0x1.800000000034p+3,
    0x1.833333333332p+3, 0x1.866666666682p+3, 0x1.899999999a08p+3, 0x1.8ccccccccc9p+3,
    0x1.8ffffffffffep+3, 0x1.933333333304p+3, 0x1.966666666672p+3, 0x1.9999999999e2p+3,
    0x1.9ccccccccd22p+3, 0x1.9fffffffff42p+3, 0x1.a33333333348p+3, 0x1.a666666665fap+3,
    0x1.a9999999995ep+3, 0x1.accccccccd2ap+3, 0x1.b0000000002ep+3, 0x1.b3333333332ep+3,
    0x1.b666666665ecp+3, 0x1.b99999999958p+3, 0x1.bccccccccd1p+3, 0x1.c0000000002ep+3,
    0x1.c3333333330cp+3, 0x1.c66666666992p+3, 0x1.c999999999bep+3, 0x1.cccccccccceap+3,
    0x1.cfffffffff2ap+3, 0x1.d3333333330cp+3, 0x1.d6666666674ap+3, 0x1.d999999999a4p+3,
    0x1.dccccccccd62p+3, 0x1.dfffffffffeap+3, 0x1.e3333333324ep+3, 0x1.e666666666a4p+3,
    0x1.e999999999aap+3, 0x1.eccccccccce8p+3, 0x1.efffffffffdp+3, 0x1.f33333333348p+3,
    0x1.f6666666668cp+3, 0x1.f9999999994p+3, 0x1.fccccccccd32p+3, 0x1.000000000013p+4,
    0x1.019999999997p+4, 0x1.033333333306p+4, 0x1.04ccccccccaep+4, 0x1.066666666669p+4,
    0x1.07ffffffffcbp+4, 0x1.0999999999b8p+4, 0x1.0b333333330dp+4, 0x1.0ccccccccc5dp+4,
    0x1.0e6666666676p+4, 0x1.0fffffffffdfp+4, 0x1.11999999997bp+4, 0x1.133333333364p+4,
    0x1.14ccccccccfdp+4, 0x1.16666666667fp+4, 0x1.17fffffffff5p+4, 0x1.19999999993dp+4,
    0x1.1b3333333349p+4, 0x1.1ccccccccbe1p+4, 0x1.1e66666665d5p+4, 0x1.1ffffffffff7p+4,
    0x1.219999999c7p+4, 0x1.23333333332ep+4, 0x1.24ccccccccf9p+4, 0x1.26666666667bp+4,
    0x1.28000000001dp+4, 0x1.29999999997ep+4, 0x1.2b3333333337p+4, 0x1.2cccccccccfap+4,
    0x1.2e6666666675p+4, 0x1.2fffffffff81p+4, 0x1.319999999998p+4, 0x1.3333333332eep+4,
    0x1.34ccccccd2b9p+4, 0x1.366666666677p+4, 0x1.37ffffffffdcp+4, 0x1.399999999993p+4,
    0x1.3b3333333347p+4, 0x1.3ccccccccc4cp+4, 0x1.3e6666666636p+4, 0x1.3ffffffffff1p+4,
    0x1.4199999999a6p+4, 0x1.43333333330bp+4, 0x1.44ccccccccfcp+4, 0x1.466666666634p+4,
    0x1.47fffffffff2p+4, 0x1.4999999999c9p+4, 0x1.4b333333333dp+4, 0x1.4ccccccccce5p+4,
    0x1.4e6666666666p+4, 0x1.4fffffffffdfp+4, 0x1.519999999988p+4, 0x1.53333333330ap+4,
    0x1.54ccccccccebp+4, 0x1.566666666644p+4, 0x1.580000000009p+4, 0x1.59999999996ep+4,
    0x1.5b3333333363p+4, 0x1.5cccccccccdap+4, 0x1.5e66666666a2p+4, 0x1.600000000024p+4,
    0x1.619999999992p+4, 0x1.63333333330dp+4, 0x1.64cccccccccp+4, 0x1.666666666656p+4,
    0x1.67ffffffffdcp+4, 0x1.6999999999f2p+4, 0x1.6b3333333304p+4, 0x1.6ccccccccce2p+4,
    0x1.6e666666665ap+4, 0x1.700000000027p+4, 0x1.719999999993p+4, 0x1.73333333334p+4,
    0x1.74cccccccc79p+4, 0x1.7666666666a1p+4, 0x1.780000000114p+4, 0x1.7999999999a1p+4,
    0x1.7b333333332fp+4, 0x1.7ccccccccca7p+4, 0x1.7e6666666685p+4, 0x1.800000000043p+4,
    0x1.8199999998e3p+4, 0x1.83333333333ap+4, 0x1.84cccccccbbbp+4, 0x1.866666666656p+4,
    0x1.88p+4, 0x1.8999999999a2p+4, 0x1.8b33333332fdp+4, 0x1.8ccccccccce2p+4,
    0x1.8e666666666fp+4, 0x1.8ffffffffff8p+4, 0x1.919999999992p+4, 0x1.933333333357p+4,
    0x1.94ccccccccccp+4, 0x1.966666666686p+4, 0x1.97ffffffffc7p+4, 0x1.99999999999dp+4,
    0x1.9b3333333333p+4, 0x1.9cccccccccdbp+4, 0x1.9e6666666627p+4, 0x1.a00000000009p+4,
    0x1.a199999999f8p+4, 0x1.a3333333330cp+4, 0x1.a4ccccccccd4p+4, 0x1.a6666666668ap+4,
    0x1.a80000000044p+4, 0x1.a999999999c8p+4, 0x1.ab3333333321p+4, 0x1.accccccccd4dp+4,
    0x1.ae6666666904p+4, 0x1.affffffffffep+4, 0x1.b199999999a2p+4, 0x1.b3333333336p+4,
    0x1.b4cccccccd0ap+4, 0x1.b66666666681p+4, 0x1.b7fffffffffep+4, 0x1.b999999999c7p+4,
    0x1.bb333333337bp+4, 0x1.bccccccccce7p+4, 0x1.be666666664bp+4, 0x1.bfffffffffe6p+4,
    0x1.c199999999d3p+4, 0x1.c333333332cap+4, 0x1.c4ccccccccddp+4, 0x1.c66666666673p+4,
    0x1.c80000000048p+4, 0x1.c9999999998p+4, 0x1.cb3333333322p+4, 0x1.cccccccccc8bp+4,
    0x1.ce6666666643p+4, 0x1.cffffffffd85p+4, 0x1.d19999999988p+4, 0x1.d3333333331fp+4,
    0x1.d4cccccccca6p+4, 0x1.d66666666653p+4, 0x1.d8000000000cp+4, 0x1.d99999999982p+4,
    0x1.db3333333302p+4, 0x1.dccccccccccep+4, 0x1.de6666666687p+4, 0x1.dfffffffffddp+4,
    0x1.e199999999acp+4, 0x1.e3333333332cp+4, 0x1.e4ccccccccb1p+4, 0x1.e66666666666p+4,
    0x1.e7fffffffffdp+4, 0x1.e999999999eep+4, 0x1.eb33333333c6p+4, 0x1.ecccccccccafp+4,
    0x1.ee6666666662p+4, 0x1.effffffffffbp+4, 0x1.f199999999b5p+4, 0x1.f33333333362p+4,
    0x1.f4ccccccccd4p+4, 0x1.f66666666658p+4, 0x1.f80000000023p+4, 0x1.f999999999a8p+4,
    0x1.fb3333333321p+4, 0x1.fcccccccccfdp+4, 0x1.fe6666666672p+4, 0x1.000000000006p+5,
    0x1.00cccccccce68p+5, 0x1.0199999999b7p+5, 0x1.02666666666dp+5, 0x1.0333333333dap+5,
    0x1.03fffffffffcp+5, 0x1.04ccccccccf48p+5, 0x1.0599999999878p+5, 0x1.06666666666a8p+5,
    0x1.07333333332f8p+5, 0x1.07ffffffffd9p+5, 0x1.08ccccccccbap+5, 0x1.09999999995ep+5,
    0x1.0a666666665cp+5, 0x1.0b333333331d8p+5, 0x1.0bfffffffff6p+5, 0x1.0cccccccccd9p+5,
    0x1.0d99999999a68p+5, 0x1.0e6666666649p+5, 0x1.0f3333333322p+5, 0x1.10000000018d8p+5,
    0x1.10ccccccccda8p+5, 0x1.11999999999p+5, 0x1.1266666666488p+5, 0x1.133333333356p+5,
    0x1.13fffffffff1p+5, 0x1.14cccccccb6bp+5, 0x1.1599999999aa8p+5, 0x1.1666666666638p+5,
    0x1.1733333333438p+5, 0x1.17ffffffffe1p+5, 0x1.18ccccccccf9p+5, 0x1.1999999999878p+5,
    0x1.1a66666666728p+5, 0x1.1b3333333337p+5, 0x1.1bfffffffffap+5, 0x1.1cccccccccd2p+5,
    0x1.1d9999999992p+5, 0x1.1e6666666655p+5, 0x1.1f3333333337p+5, 0x1.2000000000038p+5,
    0x1.20cccccccc91p+5, 0x1.219999999978p+5, 0x1.226666666656p+5, 0x1.23333333333dp+5,
    0x1.23fffffffffd8p+5, 0x1.24cccccccd99p+5, 0x1.259999999996p+5, 0x1.26666666668cp+5,
    0x1.27333333333p+5, 0x1.280000000014p+5, 0x1.28cccccccccap+5, 0x1.29999999998b8p+5,
    0x1.2a6666666683p+5, 0x1.2b3333333335p+5, 0x1.2bfffffffffbp+5, 0x1.2cccccccccb18p+5,
    0x1.2d99999999978p+5, 0x1.2e6666666672p+5, 0x1.2f3333333322p+5, 0x1.2fffffffffe98p+5,
    0x1.30ccccccccd28p+5, 0x1.3199999999b38p+5, 0x1.326666666674p+5, 0x1.33333333333b8p+5,
    0x1.340000000038p+5, 0x1.34ccccccccf8p+5, 0x1.3599999999b3p+5, 0x1.366666666658p+5,
    0x1.373333333334p+5, 0x1.380000000008p+5,
};
static const double MG_SOFTPLUS_VALUE[512] = {
    0x1.62e42fefa39efp-1, 0x1.49ee5be957d08p-1, 0x1.323f4204ea795p-1, 0x1.1bd4735ab72cfp-1,
    0x1.06a9ef66d1f33p-1, 0x1.e5746fdb568cdp-2, 0x1.bffcd75eecfc2p-2, 0x1.9cdccdb8a904bp-2,
    0x1.7c01d01f17eeap-2, 0x1.5d5770fb81b9dp-2, 0x1.40c7abfbed034p-2, 0x1.263b3b416fd37p-2,
    0x1.0d99eb4b4be22p-2, 0x1.ed95d71a2e092p-3, 0x1.c36a33f88d158p-3, 0x1.9c7e908f58c7dp-3,
    0x1.78a0f39ea5da1p-3, 0x1.57a033a78ebafp-3, 0x1.394c5351d277cp-3, 0x1.1d76ce028f685p-3,
    0x1.03f2d54305869p-3, 0x1.d92affe1b5bddp-4, 0x1.ae6bd8dc2ab06p-4, 0x1.875aae5bae555p-4,
    0x1.63ae4e19c5df2p-4, 0x1.4321e1cc67b12p-4, 0x1.2574e78eecc86p-4, 0x1.0a6b1e2a5a7c5p-4,
    0x1.e398cf496b451p-5, 0x1.b6c948846f87p-5, 0x1.8e070fc044c61p-5, 0x1.68f8d6a74f446p-5,
    0x1.474c36698fcd2p-5, 0x1.28b54a8ab57f3p-5, 0x1.0cee4adb46068p-5, 0x1.e76e4c6175268p-6,
    0x1.b9aa3e3766994p-6, 0x1.9024d723dfcd1p-6, 0x1.6a7bb087e10d6p-6, 0x1.4854e0402aabep-6,
    0x1.295e50b539bdap-6, 0x1.0d4d2259ae63ap-6, 0x1.e7ba2d854a622p-7, 0x1.b9a00aafe67ecp-7,
    0x1.8fdab2e88a611p-7, 0x1.6a033368de92fp-7, 0x1.47bbf03e135adp-7, 0x1.28afd58047087p-7,
    0x1.0c9198963aff4p-7, 0x1.e636113ce7cf1p-8, 0x1.b818da2459606p-8, 0x1.8e57e36c08c7dp-8,
    0x1.688a3ddfcb576p-8, 0x1.4650bb40ec0c5p-8, 0x1.27550b4cdacdap-8, 0x1.0b48ec773579fp-8,
    0x1.e3cadd9d1c22dp-9, 0x1.b5d48f2d0976ap-9, 0x1.8c3a687800264p-9, 0x1.6692d6b99e8dp-9,
    0x1.447e356748803p-9, 0x1.25a5e19e3920fp-9, 0x1.09bb631e085d2p-9, 0x1.e0ef51df2876ep-10,
    0x1.b334aff9bc764p-10, 0x1.89d25404b7267p-10, 0x1.645eb6c9378a8p-10, 0x1.427a4d2583376p-10,
    0x1.23ce97796696ap-10, 0x1.080d477c6893cp-10, 0x1.dddef4e1ff047p-11, 0x1.b06a0bb23fd78p-11,
    0x1.8747a9ea3938bp-11, 0x1.620eab06065dap-11, 0x1.405fe4a673e56p-11, 0x1.21e534d433cfap-11,
    0x1.0650a7070b9d3p-11, 0x1.dab75ba31d995p-12, 0x1.ad8cde860c28fp-12, 0x1.84ae447f7c71ep-12,
    0x1.5fb2f6707830bp-12, 0x1.3e3c4d9befc05p-12, 0x1.1ff4a22c9493bp-12, 0x1.048e709785206p-12,
    0x1.d787276773188p-13, 0x1.aaa92324d1b6ap-13, 0x1.820ff2a7225a8p-13, 0x1.5d53a0b6e8b79p-13,
    0x1.3c161ae9dc88ep-13, 0x1.1e02411f18f8ap-13, 0x1.02cb0bcfd24d9p-13, 0x1.d4558e14dbf42p-14,
    0x1.a7c4c0480f9fcp-14, 0x1.7f7188b1c0631p-14, 0x1.5af49d849a88bp-14, 0x1.39f088538eb55p-14,
    0x1.1c10b6e5c7e27p-14, 0x1.0108a2b25358dp-14, 0x1.d12619fde98eep-15, 0x1.a4e29b304b577p-15,
    0x1.7cd564c9d7ccdp-15, 0x1.5897dc770e4eap-15, 0x1.37cd2b07a035ap-15, 0x1.1a214eafbc0ap-15,
    0x1.fe9087ca9bb4fp-16, 0x1.cdfa85662c7c3p-16, 0x1.a2041d217318bp-16, 0x1.7a3cadf5e7118p-16,
    0x1.563e4e6ddd5fp-16, 0x1.35acc79a84e0ep-16, 0x1.1834a8df281f6p-16, 0x1.fb14e46b329dap-17,
    0x1.cad3a58f82d55p-17, 0x1.9f29f3de6cbeep-17, 0x1.77a7f1b733fbfp-17, 0x1.53e8669312a53p-17,
    0x1.338fbbb7969c6p-17, 0x1.164b11946708bp-17, 0x1.f79ed6e9350eap-18, 0x1.c7b1dec6c486cp-18,
    0x1.9c5470b03134p-18, 0x1.751771d92a8e1p-18, 0x1.51965a15bec81p-18, 0x1.3176324b9100dp-18,
    0x1.1464ab64fac2bp-18, 0x1.f42e96e229317p-19, 0x1.c4955da9fcc89p-19, 0x1.9983b749b85abp-19,
    0x1.728b4ad5e2eb3p-19, 0x1.4f483f98753b4p-19, 0x1.2f603d413873ep-19, 0x1.1281846da53abp-19,
    0x1.f0c43a7014f19p-20, 0x1.c17e33682dd13p-20, 0x1.96b7d4e97a403p-20, 0x1.700386c640b1fp-20,
    0x1.4cfe1eb2b80edp-20, 0x1.2d4de23338c53p-20, 0x1.10a1a0b79d60ap-20, 0x1.ed5fc72e8e3a1p-21,
    0x1.be6c63b10741dp-21, 0x1.93f0cbc27a2ap-21, 0x1.6d8026b94772ep-21, 0x1.4ab7f796d22b1p-21,
    0x1.2b3f20af7bcc3p-21, 0x1.0ec4ff58dfebdp-21, 0x1.ea013aa02f9e4p-22, 0x1.bb5feb946b9ecp-22,
    0x1.912e989c99025p-22, 0x1.6b0127503e1d2p-22, 0x1.4875c6d7a3984p-22, 0x1.2933f54da2ca7p-22,
    0x1.0ceb9cfb7837dp-22, 0x1.e6a88e52059dp-23, 0x1.b858c4e643843p-23, 0x1.8e71359b4f873p-23,
    0x1.6886830312e23p-23, 0x1.46378744b25bap-23, 0x1.272c5b34b3115p-23, 0x1.0b15751ce7966p-23,
    0x1.e355b9e69fd18p-24, 0x1.b556e7ea1d4f3p-24, 0x1.8bb89b9bd0576p-24, 0x1.6610334057defp-24,
    0x1.43fd32d521fb1p-24, 0x1.25284cdbb8207p-24, 0x1.094282ab4a7ccp-24, 0x1.e008b4179d8aep-25,
    0x1.b25a4c2692fbp-25, 0x1.8904c2e1d85b6p-25, 0x1.639e30fa295fcp-25, 0x1.41c6c31b5dfc7p-25,
    0x1.2327c4683893cp-25, 0x1.0772c0530bc35p-25, 0x1.dcc17334a35a4p-26, 0x1.af62e8cce7c88p-26,
    0x1.8655a36cf3901p-26, 0x1.613074ebf8456p-26, 0x1.3f94317e41fb1p-26, 0x1.212abbdd375ap-26,
    0x1.05a628a52d05ep-26, 0x1.d97fed61ea2efp-27, 0x1.ac70b4ecb9156p-27, 0x1.83ab35220f5ebp-27,
    0x1.5ec6f7bcea025p-27, 0x1.3d657754e6a56p-27, 0x1.1f312d31c142p-27, 0x1.03dcb629fc928p-27,
    0x1.d64418b85a141p-28, 0x1.a983a78cc93cep-28, 0x1.81056fe0b8dc6p-28, 0x1.5c61b210a3653p-28,
    0x1.3b3a8df524053p-28, 0x1.1d3b125c611c8p-28, 0x1.0216636a73d26p-28, 0x1.d30deb51b86cfp-29,
    0x1.a69bb7b79e594p-29, 0x1.7e644b8c71ffap-29, 0x1.5a009c8fa81d7p-29, 0x1.39136eb97e85cp-29,
    0x1.1b48655a524b7p-29, 0x1.00532af4ad6f5p-29, 0x1.cfdd5b53008d5p-30, 0x1.a3b8dc816ca5cp-30,
    0x1.7bc7c0128071p-30, 0x1.57a3afeb36a75p-30, 0x1.36f01305031e5p-30, 0x1.1959202e30878p-30,
    0x1.fd260ebc31efbp-31, 0x1.ccb25eeea0811p-31, 0x1.a0db0d0b37d1ep-31, 0x1.792fc56b9412ap-31,
    0x1.554ae4df9d2dp-31, 0x1.34d07444bf991p-31, 0x1.176d3ce572398p-31, 0x1.f9abe689205fdp-32,
    0x1.c98cec6672807p-32, 0x1.9e024083e2552p-32, 0x1.769c539d6019dp-32, 0x1.52f63434af90ap-32,
    0x1.32b48bf05d6ep-32, 0x1.1584b596d456cp-32, 0x1.f637d29d98e69p-33, 0x1.c66cfa0c5bb59p-33,
    0x1.9b2e6e294024ep-33, 0x1.740d62baf2fc6p-33, 0x1.50a596be8e408p-33, 0x1.309c538aa0d92p-33,
    0x1.139f846326274p-33, 0x1.f2c9c8592f125p-34, 0x1.c3527e42d7e98p-34, 0x1.985f8d47e6b51p-34,
    0x1.7182eae4d5dcap-34, 0x1.4e59055da1312p-34, 0x1.2e87c4a158539p-34, 0x1.11bda3753f166p-34,
    0x1.ef61bd2ddf3c8p-35, 0x1.c03d6f7d033d5p-35, 0x1.9595953b9710bp-35, 0x1.6efce4494d36fp-35,
    0x1.4c1078fe71ce7p-35, 0x1.2c76d8cdbb4c8p-35, 0x1.0fdf0d025631p-35, 0x1.ebffa6a012fc6p-36,
    0x1.bd2dc43e771b6p-36, 0x1.92d07d6f01d5ap-36, 0x1.6c7b47242c73fp-36, 0x1.49cbea9a34e88p-36,
    0x1.2a6989b3c4cf1p-36, 0x1.0e03bb49523e7p-36, 0x1.e8a37a45ee947p-37, 0x1.ba23731b64665p-37,
    0x1.90103d5be065dp-37, 0x1.69fe0bbeccaa6p-37, 0x1.478b53360a1ccp-37, 0x1.285fd102f7679p-37,
    0x1.0c2ba8936bfa8p-37, 0x1.e54d2dc88915dp-38, 0x1.b71e72b86deaep-38, 0x1.8d54cc8ad409p-38,
    0x1.67852a7003281p-38, 0x1.454eabe37a9e4p-38, 0x1.2659a8758c624p-38, 0x1.0a56cf33c3aa9p-38,
    0x1.e1fcb6e286fb9p-39, 0x1.b41eb9ca8c3fap-39, 0x1.8a9e22931a75bp-39, 0x1.65109b9c0d42dp-39,
    0x1.4315edc01a2abp-39, 0x1.245709d0a4197p-39, 0x1.0885298766f96p-39, 0x1.deb20b60ac8dap-40,
    0x1.b1243f17034c4p-40, 0x1.87ec371ae2802p-40, 0x1.62a057b46630bp-40, 0x1.40e111f58f04bp-40,
    0x1.2257eee4fd11bp-40, 0x1.06b6b1f536219p-40, 0x1.db6d21217b189p-41, 0x1.ae2ef9732a655p-41,
    0x1.853f01d6d7203p-41, 0x1.60345737cfc33p-41, 0x1.3eb011b9599b6p-41, 0x1.205c518d0c566p-41,
    0x1.04eb62edeea5cp-41, 0x1.d82dee1538616p-42, 0x1.ab3edfc4555cep-42, 0x1.82967a8a0fe73p-42,
    0x1.5dcc92b22ef46p-42, 0x1.3c82e64cdd663p-42, 0x1.1e642baee4882p-42, 0x1.032336ebee03ep-42,
    0x1.d4f4683dd22bcp-43, 0x1.a853e8ffd8d41p-43, 0x1.7ff2990628466p-43, 0x1.5b6902bc46601p-43,
    0x1.3a5988fd65995p-43, 0x1.1c6f773a6b98cp-43, 0x1.015e287342485p-43, 0x1.d1c085ae7b02fp-44,
    0x1.a56e0c2acb7b8p-44, 0x1.7d53552afa5e9p-44, 0x1.59099ffc01b0dp-44, 0x1.3833f323de0c5p-44,
    0x1.1a7e2e2b1e396p-44, 0x1.ff3864232b905p-45, 0x1.ce923c8bf0a59p-45, 0x1.a28d4059ea19p-45,
    0x1.7ab8a6e6a5838p-45, 0x1.56ae6324039e3p-45, 0x1.36121e24d416ap-45, 0x1.18904a865f066p-45,
    0x1.fbba9cbc1e807p-46, 0x1.cb69830c29e8ep-46, 0x1.9fb17cb1cedcp-46, 0x1.7822863546c1cp-46,
    0x1.545744f3bdb4bp-46, 0x1.33f403706a48fp-46, 0x1.16a5c65c277dbp-46, 0x1.f842eff2aff47p-47,
    0x1.c8464f7614ed2p-47, 0x1.9cdab86621093p-47, 0x1.7590eb211f128p-47, 0x1.52043e3751d2fp-47,
    0x1.31d99c821966cp-47, 0x1.14be9bc6d84d5p-47, 0x1.f4d1531ad33bdp-48, 0x1.c5289821c647dp-48,
    0x1.9a08eaba4599dp-48, 0x1.7303cdc250453p-48, 0x1.4fb547c77c3e3p-48, 0x1.2fc2e2e12e5dbp-48,
    0x1.12dac4eb1b2cbp-48, 0x1.f165bb9b5c5d6p-49, 0x1.c21053781acd1p-49, 0x1.973c0b00b9692p-49,
    0x1.707b263eb9202p-49, 0x1.4d6a5a895ddc9p-49, 0x1.2dafd01fa5bbp-49, 0x1.10fa3bf7c7ebcp-49,
    0x1.ee001eed02c7ep-50, 0x1.befd77f2ba1fdp-50, 0x1.9474109b305c5p-50, 0x1.6df6ecca17092p-50,
    0x1.4b236f6eafb01p-50, 0x1.2ba05ddb1fdfep-50, 0x1.0f1cfb2631fbfp-50, 0x1.eaa0729c9548ep-51,
    0x1.bbeffc1c0ab8fp-51, 0x1.91b0f2fa6ee99p-51, 0x1.6b7719a5a48e5p-51, 0x1.48e07f7568fa7p-51,
    0x1.299485bc5684fp-51, 0x1.0d42fcb8f7cf2p-51, 0x1.e746ac46e6072p-52, 0x1.b8e7d68edab63p-52,
    0x1.8ef2a99e3edfdp-52, 0x1.68fba5203b7dp-52, 0x1.46a183a7cdb91p-52, 0x1.278c41770d00cp-52,
    0x1.0b6c3afddd913p-52, 0x1.e3f2c19c69df2p-53, 0x1.b5e4fdf67bb08p-53, 0x1.8c392c15354f5p-53,
    0x1.668487962abc9p-53, 0x1.4466751c2c23ep-53, 0x1.25878ac9f998p-53, 0x1.0998b04bdd915p-53,
    0x1.e0a4a85f06aedp-54, 0x1.b2e7690e75affp-54, 0x1.898471fca22d8p-54, 0x1.6411b9711b25fp-54,
    0x1.422f4cf510563p-54, 0x1.23865b7f275ccp-54, 0x1.07c85704077fbp-54, 0x1.dd5c56630316dp-55,
    0x1.afef0ea2ae115p-55, 0x1.86d47300a21e2p-55, 0x1.61a33327eb57p-55, 0x1.3ffc0460f11f2p-55,
    0x1.2188ad6ae65e8p-55, 0x1.05fb29914201fp-55, 0x1.da19c18df5536p-56, 0x1.acfbe58ef058p-56,
    0x1.842926dbb9377p-56, 0x1.5f38ed3eb0232p-56, 0x1.3dcc949a2e138p-56, 0x1.1f8e7a6c9bcafp-56,
    0x1.0431226837501p-56, 0x1.d6dcdfd76d651p-57, 0x1.aa0de4bf34097p-57,
};
static const double MG_SOFTPLUS_SLOPE[512] = {
    0x1p-1, 0x1.e66bdb1acc215p-2, 0x1.ccf8510d40243p-2, 0x1.b3c55743724dbp-2,
    0x1.9af19f3d334c9p-2, 0x1.829a056594259p-2, 0x1.6ad912c137aa3p-2, 0x1.53c695abcc74cp-2,
    0x1.3d775461f0a0dp-2, 0x1.27fcda8478059p-2, 0x1.136561454c589p-2, 0x1.ff77a137d2355p-3,
    0x1.da0fada5a1c5p-3, 0x1.b69c25fe3ccfep-3, 0x1.95209d0a1a5eap-3, 0x1.759b8355a588ap-3,
    0x1.5806beb177ea4p-3, 0x1.3c5848ef3f6bfp-3, 0x1.2282cfa53088cp-3, 0x1.0a764fd291289p-3,
    0x1.e84152bac99d6p-4, 0x1.bedc4ef220bcbp-4, 0x1.9893f808726efp-4, 0x1.753d599795f75p-4,
    0x1.54ace4b5c581p-4, 0x1.36b711252f8a4p-4, 0x1.1b30e36457f1dp-4, 0x1.01f0598c90d7cp-4,
    0x1.d599829818bc6p-5, 0x1.ab3df2f951814p-5, 0x1.848343c904a26p-5, 0x1.6122774629587p-5,
    0x1.40d8795129324p-5, 0x1.236630d3613efp-5, 0x1.08907f960a6bdp-5, 0x1.e040681cc3adbp-6,
    0x1.b3c3e0656be3dp-6, 0x1.8b4c0ffc104b5p-6, 0x1.6680b3c42f315p-6, 0x1.451046114bd94p-6,
    0x1.26afa1e43a8c3p-6, 0x1.0b19a3693855cp-6, 0x1.e41d8f79f4c7dp-7, 0x1.b6a99b21cccap-7,
    0x1.8d6cafcdf77ecp-7, 0x1.680527a406b88p-7, 0x1.4619c3c6fd004p-7, 0x1.27590778b2901p-7,
    0x1.0b789c13b96dcp-7, 0x1.e4697c573f4d1p-8, 0x1.b69f67d637e89p-8, 0x1.8d22993a03f47p-8,
    0x1.678cd2596f12cp-8, 0x1.45811aa71a08ap-8, 0x1.26aaf22e2513p-8, 0x1.0abd946144e28p-8,
    0x1.e2e693c1e4f8p-9, 0x1.b51990a5cd07ep-9, 0x1.8ba13eccfbb37p-9, 0x1.6615644322d87p-9,
    0x1.4417772fa551fp-9, 0x1.2551bc6cb05d1p-9, 0x1.097679ab78f28p-9, 0x1.e07e73411554ap-10,
    0x1.b2d8418f4f3dbp-10, 0x1.8986a2cac90c7p-10, 0x1.6420bb084035dp-10, 0x1.42478b7d1376ep-10,
    0x1.23a50781ca905p-10, 0x1.07eb3efcd52d4p-10, 0x1.dda738adeaebcp-11, 0x1.b03c68875a859p-11,
    0x1.87224b8bad07cp-11, 0x1.61f012005368ap-11, 0x1.4046d6f6ef707p-11, 0x1.21d0b15717677p-11,
    0x1.063fdb2bad6b8p-11, 0x1.da9bda5710b8ep-12, 0x1.ad7659441c759p-12, 0x1.849bd40f1b56cp-12,
    0x1.5fa3dd7d3098p-12, 0x1.3e2ff11eec6cfp-12, 0x1.1fea8335e1256p-12, 0x1.0486273761166p-12,
    0x1.d779959fb05cp-13, 0x1.aa9e06f8cfabfp-13, 0x1.8206d9fb543b8p-13, 0x1.5d4c2e1d84842p-13,
    0x1.3c1001e39ef82p-13, 0x1.1dfd4309d2a6dp-13, 0x1.02c6f56343d38p-13, 0x1.d44edc93577d7p-14,
    0x1.a7bf455c92c8ap-14, 0x1.7f6d0c10e3995p-14, 0x1.5af0f116f6e69p-14, 0x1.39ed865c5af7dp-14,
    0x1.1c0e407f3ec7fp-14, 0x1.01069e9058653p-14, 0x1.d122ccd679399p-15, 0x1.a4dfe73aebf82p-15,
    0x1.7cd32e41d4916p-15, 0x1.58960ca033f67p-15, 0x1.37cbaf44b1978p-15, 0x1.1a2017c33aca4p-15,
    0x1.fe8e8aa9d6da9p-16, 0x1.cdf8e48f0a6d6p-16, 0x1.a202c7d975416p-16, 0x1.7a3b968ad0a04p-16,
    0x1.563d69a8fef57p-16, 0x1.35ac0c4d892b2p-16, 0x1.18340f85c1f3ep-16, 0x1.fb13e95094e61p-17,
    0x1.cad2d7f94166dp-17, 0x1.9f294b8c575aep-17, 0x1.77a767e7f89b2p-17, 0x1.53e7f5bed6f43p-17,
    0x1.338f5f5725e04p-17, 0x1.164ac5f2acb04p-17, 0x1.f79e5b1116f96p-18, 0x1.c7b179619b61ap-18,
    0x1.9c541dac3f865p-18, 0x1.75172de188523p-18, 0x1.519622701eb63p-18, 0x1.317604bc3a3b4p-18,
    0x1.14648617d6f8dp-18, 0x1.f42e59cdcdcc8p-19, 0x1.c4952ba803d93p-19, 0x1.99838e5858de6p-19,
    0x1.728b295075eefp-19, 0x1.4f482426940d6p-19, 0x1.2f6026c8ea3dp-19, 0x1.128172080dfdp-19,
    0x1.f0c41c504e627p-20, 0x1.c17e1abe4f43dp-20, 0x1.96b7c0b81e109p-20, 0x1.7003763df0148p-20,
    0x1.4cfe1129978dbp-20, 0x1.2d4dd71e371ddp-20, 0x1.10a197a4deb7ap-20, 0x1.ed5fb85326627p-21,
    0x1.be6c578710156p-21, 0x1.93f0c1ccfa43dp-21, 0x1.6d801e91ecd7ap-21, 0x1.4ab7f0e9d708p-21,
    0x1.2b3f1b3849c59p-21, 0x1.0ec4fadf4f6f9p-21, 0x1.ea01334c5e481p-22, 0x1.bb5fe594a1721p-22,
    0x1.912e93b333076p-22, 0x1.6b01234ac599cp-22, 0x1.4875c38cc7967p-22, 0x1.2933f29b8f9b3p-22,
    0x1.0ceb9ac67be7dp-22, 0x1.e6a88ab4e1364p-23, 0x1.b858c1f0d243fp-23, 0x1.8e71332f2b54fp-23,
    0x1.68868107584cep-23, 0x1.463785a500e47p-23, 0x1.272c59e05bd07p-23, 0x1.0b15740641d31p-23,
    0x1.e355b81e59868p-24, 0x1.b556e6748c676p-24, 0x1.8bb89a69f6bd5p-24, 0x1.66103245ef373p-24,
    0x1.43fd32081d871p-24, 0x1.25284c33dd7d9p-24, 0x1.09428221dd1b1p-24, 0x1.e008b33695624p-25,
    0x1.b25a4b6e5568bp-25, 0x1.8904c24b0073fp-25, 0x1.639e307ea9587p-25, 0x1.41c6c2b640f8ap-25,
    0x1.2327c4156fb82p-25, 0x1.0772c00f4484bp-25, 0x1.dcc172c5a75b8p-26, 0x1.af62e8720a025p-26,
    0x1.8655a3228e6ecp-26, 0x1.613074af0f6ffp-26, 0x1.3f94314c63a5fp-26, 0x1.212abbb46329ap-26,
    0x1.05a62883bf7e9p-26, 0x1.d97fed2b2d8f4p-27, 0x1.ac70b4bfe8848p-27, 0x1.83ab34fd5e6d6p-27,
    0x1.5ec6f79edfb7dp-27, 0x1.3d65773c4e5e4p-27, 0x1.1f312d1d9e4d3p-27, 0x1.03dcb619800d1p-27,
    0x1.d644189d5b233p-28, 0x1.a983a776af09bp-28, 0x1.81056fcea0519p-28, 0x1.5c61b201d2972p-28,
    0x1.3b3a8de902bcp-28, 0x1.1d3b125272b7ep-28, 0x1.0216636252495p-28, 0x1.d30deb4467fddp-29,
    0x1.a69bb7acb7c24p-29, 0x1.7e644b838541cp-29, 0x1.5a009c885986dp-29, 0x1.39136eb38303ap-29,
    0x1.1b4865556c66ep-29, 0x1.00532af0aad59p-29, 0x1.cfdd5b4c6f887p-30, 0x1.a3b8dc7c0c587p-30,
    0x1.7bc7c00e199eep-30, 0x1.57a3afe79c174p-30, 0x1.36f013020fc9bp-30, 0x1.1959202bc61dfp-30,
    0x1.fd260eb83d4f5p-31, 0x1.ccb25eeb636f9p-31, 0x1.a0db0d0891094p-31, 0x1.792fc5696854ep-31,
    0x1.554ae4ddd62c6p-31, 0x1.34d074434b12dp-31, 0x1.176d3ce4413a3p-31, 0x1.f9abe6872cf4p-32,
    0x1.c98cec64d99c3p-32, 0x1.9e024082938f8p-32, 0x1.769c539c4e034p-32, 0x1.52f63433cf292p-32,
    0x1.32b48befa5b3fp-32, 0x1.1584b5963dea8p-32, 0x1.f637d29ca296dp-33, 0x1.c66cfa0b920bep-33,
    0x1.9b2e6e289b096p-33, 0x1.740d62ba6bceap-33, 0x1.50a596be1f93cp-33, 0x1.309c538a463c3p-33,
    0x1.139f8462dbf74p-33, 0x1.f2c9c858b597ap-34, 0x1.c3527e427474p-34, 0x1.985f8d479547p-34,
    0x1.7182eae493315p-34, 0x1.4e59055d6a9b9p-34, 0x1.2e87c4a12ba3p-34, 0x1.11bda3751a7fap-34,
    0x1.ef61bd2da352dp-35, 0x1.c03d6f7cd22fep-35, 0x1.9595953b6ee78p-35, 0x1.6efce4492c557p-35,
    0x1.4c1078fe56e2cp-35, 0x1.2c76d8cda5421p-35, 0x1.0fdf0d0244256p-35, 0x1.ebffa69ff56ffp-36,
    0x1.bd2dc43e5eea2p-36, 0x1.92d07d6eee07p-36, 0x1.6c7b47241c3c8p-36, 0x1.49cbea9a27a19p-36,
    0x1.2a6989b3b9f04p-36, 0x1.0e03bb4949581p-36, 0x1.e8a37a45e001bp-37, 0x1.ba23731b5877dp-37,
    0x1.90103d5bd6a1p-37, 0x1.69fe0bbec4aaep-37, 0x1.478b533603907p-37, 0x1.285fd102f20b2p-37,
    0x1.0c2ba8936796dp-37, 0x1.e54d2dc881e5dp-38, 0x1.b71e72b868087p-38, 0x1.8d54cc8acf37ap-38,
    0x1.67852a6fff364p-38, 0x1.454eabe377638p-38, 0x1.2659a87589bd6p-38, 0x1.0a56cf33c1806p-38,
    0x1.e1fcb6e283702p-39, 0x1.b41eb9ca8958ap-39, 0x1.8a9e229318156p-39, 0x1.65109b9c0b50dp-39,
    0x1.4315edc01892fp-39, 0x1.245709d0a2cbap-39, 0x1.0885298765e81p-39, 0x1.deb20b60aace1p-40,
    0x1.b1243f1701dddp-40, 0x1.87ec371ae1542p-40, 0x1.62a057b4653b1p-40, 0x1.40e111f58e3b9p-40,
    0x1.2257eee4fc6d1p-40, 0x1.06b6b1f5359acp-40, 0x1.db6d21217a3bdp-41, 0x1.ae2ef97329b09p-41,
    0x1.853f01d6d68c4p-41, 0x1.60345737cf4a1p-41, 0x1.3eb011b959383p-41, 0x1.205c518d0c053p-41,
    0x1.04eb62edee634p-41, 0x1.d82dee1537f48p-42, 0x1.ab3edfc45503cp-42, 0x1.82967a8a0f9e3p-42,
    0x1.5dcc92b22eb8ap-42, 0x1.3c82e64cdd354p-42, 0x1.1e642baee4601p-42, 0x1.032336ebede31p-42,
    0x1.d4f4683dd1f61p-43, 0x1.a853e8ffd8a82p-43, 0x1.7ff2990628226p-43, 0x1.5b6902bc4642ap-43,
    0x1.3a5988fd65813p-43, 0x1.1c6f773a6b85p-43, 0x1.015e287342382p-43, 0x1.d1c085ae7ae87p-44,
    0x1.a56e0c2acb65dp-44, 0x1.7d53552afa4cdp-44, 0x1.59099ffc01a24p-44, 0x1.3833f323de007p-44,
    0x1.1a7e2e2b1e2fap-44, 0x1.ff3864232b806p-45, 0x1.ce923c8bf0988p-45, 0x1.a28d4059ea0e5p-45,
    0x1.7ab8a6e6a57acp-45, 0x1.56ae63240397p-45, 0x1.36121e24d410cp-45, 0x1.18904a865f019p-45,
    0x1.fbba9cbc1e789p-46, 0x1.cb69830c29e27p-46, 0x1.9fb17cb1ced6cp-46, 0x1.7822863546bd7p-46,
    0x1.545744f3bdb12p-46, 0x1.33f403706a461p-46, 0x1.16a5c65c277b5p-46, 0x1.f842eff2aff09p-47,
    0x1.c8464f7614e9fp-47, 0x1.9cdab86621069p-47, 0x1.7590eb211f106p-47, 0x1.52043e3751d13p-47,
    0x1.31d99c8219655p-47, 0x1.14be9bc6d84c2p-47, 0x1.f4d1531ad339ep-48, 0x1.c5289821c6464p-48,
    0x1.9a08eaba45988p-48, 0x1.7303cdc250442p-48, 0x1.4fb547c77c3d5p-48, 0x1.2fc2e2e12e5dp-48,
    0x1.12dac4eb1b2c2p-48, 0x1.f165bb9b5c5c7p-49, 0x1.c21053781acc5p-49, 0x1.973c0b00b9688p-49,
    0x1.707b263eb91fap-49, 0x1.4d6a5a895ddc2p-49, 0x1.2dafd01fa5baap-49, 0x1.10fa3bf7c7eb7p-49,
    0x1.ee001eed02c77p-50, 0x1.befd77f2ba1f7p-50, 0x1.9474109b305cp-50, 0x1.6df6ecca1708ep-50,
    0x1.4b236f6eafafep-50, 0x1.2ba05ddb1fdfbp-50, 0x1.0f1cfb2631fbdp-50, 0x1.eaa0729c9548ap-51,
    0x1.bbeffc1c0ab8cp-51, 0x1.91b0f2fa6ee97p-51, 0x1.6b7719a5a48e3p-51, 0x1.48e07f7568fa5p-51,
    0x1.299485bc5684ep-51, 0x1.0d42fcb8f7cf1p-51, 0x1.e746ac46e607p-52, 0x1.b8e7d68edab62p-52,
    0x1.8ef2a99e3edfcp-52, 0x1.68fba5203b7cfp-52, 0x1.46a183a7cdb9p-52, 0x1.278c41770d00bp-52,
    0x1.0b6c3afddd912p-52, 0x1.e3f2c19c69df1p-53, 0x1.b5e4fdf67bb07p-53, 0x1.8c392c15354f4p-53,
    0x1.668487962abc9p-53, 0x1.4466751c2c23ep-53, 0x1.25878ac9f998p-53, 0x1.0998b04bdd915p-53,
    0x1.e0a4a85f06aedp-54, 0x1.b2e7690e75affp-54, 0x1.898471fca22d8p-54, 0x1.6411b9711b25fp-54,
    0x1.422f4cf510563p-54, 0x1.23865b7f275ccp-54, 0x1.07c85704077fbp-54, 0x1.dd5c56630316dp-55,
    0x1.afef0ea2ae115p-55, 0x1.86d47300a21e2p-55, 0x1.61a33327eb57p-55, 0x1.3ffc0460f11f2p-55,
    0x1.2188ad6ae65e8p-55, 0x1.05fb29914201fp-55, 0x1.da19c18df5536p-56, 0x1.acfbe58ef058p-56,
    0x1.842926dbb9377p-56, 0x1.5f38ed3eb0232p-56, 0x1.3dcc949a2e138p-56, 0x1.1f8e7a6c9bcafp-56,
    0x1.0431226837501p-56, 0x1.d6dcdfd76d651p-57, 0x1.aa0de4bf34097p-57,
};
typedef struct {
    double q, rest;
} mg_quotient;
static inline int mg_fast_range_sigmoid(double x) { return fabs(x) < 690.0; }
static inline mg_quotient mg_sigmoid_quotient(mg_half_exp e) {
    double g = e.g, sum = 1.0 + g;
    double over = 1.0 / ((sum + (1.0 - g) * e.r) + sum * e.v);
    double q = mg_truncate((1.012 + e.r) * over, 7), gq = g * q;
    double a = (1.0 - gq) - q, b = 1.0 + gq;
    double rest = ((a + e.high * b) - e.high * q) + (e.rest * (b - q) + e.v * a);
    return (mg_quotient){q, rest * over};
}
static inline double mg_sigmoid_of_half_exp(mg_half_exp e) {
    mg_quotient s = mg_sigmoid_quotient(e);
    return s.q + s.rest;
}
static inline double mg_fast_sigmoid(double x) {
    return mg_sigmoid_of_half_exp(mg_halve_exp(0.5 * x));
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
    mg_quotient s = mg_sigmoid_quotient(mg_halve_exp(0.5 * x));
    return mg_or_sign(mg_times_quotient(x, s), x);
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
    double q = mg_truncate(((1.0 + e.v) + e.r) * over, 7);
    mg_quotient s = {q, mg_combine(e, 1.0 - q, 1.0 + q) * over};
    return mg_scale(mg_times_quotient(x, s), e.k);
}
static inline int mg_fast_range_softplus(double x) { return x > -39.0; }
MG_FAST_INLINE mg_pair mg_softplus_pair(double x) {
    const double *p = MG_SOFTPLUS_EXPM1;
    double a = fabs(x);
    uint64_t i = mg_bits_of(a * 10.0 + MG_ROUNDER) & 511;
    double d = MG_SOFTPLUS_AT[i] - a, d2 = d * d;
    double rest = (p[0] + p[1] * d) + ((p[2] + p[3] * d) + (p[4] + p[5] * d) * d2) * d2;
    return (mg_pair){MG_SOFTPLUS_VALUE[i], MG_SOFTPLUS_SLOPE[i] * (d + d2 * rest)};
}
MG_FAST_INLINE double mg_softplus_of_pair(mg_pair pair, double x) {
    const double *p = MG_SOFTPLUS_LOG1P;
    double u = pair.low, u2 = u * u;
    double rest = (p[0] + p[1] * u) +
                  ((p[2] + p[3] * u) + ((p[4] + p[5] * u) + p[6] * u2) * u2) * u2;
    double log = u + u2 * rest, positive = x > 0.0 ? x : 0.0;
    double larger = positive > pair.high ? positive : pair.high;
    double smaller = positive < pair.high ? positive : pair.high;
    double sum = larger + (log + smaller);
    return x > 39.0 ? x : sum;
}
MG_FAST_INLINE double mg_fast_softplus(double x) {
    return mg_softplus_of_pair(mg_softplus_pair(x), x);
}
MG_FAST_INLINE double mg_fast_softplus_or_exp(double near, double x) {
    return mg_choose(mg_is_negative(-39.0 - x), near, mg_fast_exp(x));
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
static inline double mg_jit_dpow_k(double x, double k, double out, double g) {
    if (k != -1.0)
        return mg_jit_dpow_base(x, k, g);
    double square = out * out;
    return MG_LIKELY(isnormal(square)) ? -square * g : -out * g * out;
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
static inline double mg_fast_dpow_k(double x, double k, double out, double g) {
    return k == -1.0 ? -(out * out) * g : mg_fast_dpow_base(x, k, g);
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
static inline double mg_libm_dpow_k(double x, double k, double out, double g) {
    (void)out;
    return mg_libm_dpow_base(x, k, g);
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
    X(pow_k, MG_UNARY_K, "**", 1, MG_IN(dpow)(x, y), MG_M(pow)(x, y), MG_M(dpow_k)(x, y, out, g), 0.0) \
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
    X(-1.0, MG_IN(pow_minus_2)(x), MG_M(pow_minus_1)(x), -(out * out) * g) \
    X(0.5, MG_IN(pow_minus_half)(x), MG_M(pow_half)(x), (0.5 * MG_M(pow_minus_half)(x)) * g) \
    X(3.0, MG_IN(pow_3)(x), MG_M(pow_3)(x), (3.0 * MG_M(pow_2)(x)) * g) \
    X(4.0, MG_IN(pow_4)(x) & MG_IN(pow_3)(x), MG_M(pow_4)(x), (4.0 * MG_M(pow_3)(x)) * g) \
    X(1.5, MG_IN(pow)(x, 1.5), MG_M(pow)(x, 1.5), (1.5 * MG_M(pow_half)(x)) * g) \
    X(-2.0, MG_IN(pow_minus_2)(x) & MG_IN(pow)(x, -3.0), MG_M(pow_minus_2)(x), (-2.0 * MG_M(pow)(x, -3.0)) * g) \
    X(-0.5, MG_IN(pow_minus_half)(x) & MG_IN(pow)(x, -1.5), MG_M(pow_minus_half)(x), (-0.5 * MG_M(pow)(x, -1.5)) * g)
