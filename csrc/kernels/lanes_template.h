/* lanes_template.h - the functions of lanes.h, for the elementary functions that MG_M names. */

static void MG_M(values)(int op, const mg_lanes *lanes, double *out) {
    switch (op) {
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    case MG_OP_##name:                                                                    \
        for (int l = 0; l < lanes->n; l++) {                                              \
            double x = lanes->x[l * lanes->x_step];                                       \
            double y = (kind) == MG_BINARY ? lanes->y[l * lanes->y_step] : lanes->k;      \
            (void)x, (void)y;                                                             \
            out[l] = value;                                                               \
        }                                                                                 \
        break;
        MG_OPS(X)
#undef X
    }
}

static void MG_M(derivatives)(int op, int operand, const mg_lanes *lanes, const double *outs,
                              const double *gs, double *to) {
    switch (op) {
#define X(name, kind, label, raises, fast, value, dx, dy)                                 \
    case MG_OP_##name:                                                                    \
        for (int l = 0; l < lanes->n; l++) {                                              \
            double x = lanes->x[l * lanes->x_step], out = outs[l], g = gs[l];             \
            double y = (kind) == MG_BINARY ? lanes->y[l * lanes->y_step] : lanes->k;      \
            (void)x, (void)y, (void)out, (void)g;                                         \
            if ((kind) == MG_BINARY && operand == 1)                                      \
                to[l] = mg_passed(raises, g, dy);                                         \
            else                                                                          \
                to[l] = mg_passed(raises, g, dx);                                         \
        }                                                                                 \
        break;
        MG_OPS(X)
#undef X
    }
}
