/* adaptive.h - Adam's step of many parameters.
 *
 * A template like elementwise.h. Its time is that of a square root and a division.
 */

/* Moves data: (n,) against grad: (n,), and the averages of the gradient and of its square,
 * (n,) each. */
MG_TARGET static void MG_NAME(adapt)(const mg_adaptive *rule, double *MG_RESTRICT data,
                                     const double *MG_RESTRICT grad,
                                     double *MG_RESTRICT average, double *MG_RESTRICT square,
                                     size_t n) {
    const double average_rate = rule->average_rate, square_keeps = rule->square_keeps;
    const double square_rate = rule->square_rate, step_size = rule->step_size;
    const double eps = rule->eps;
    MG_ROLLED for (size_t i = 0; i < n; i++) {
        const double g = grad[i], m = average[i] + average_rate * (g - average[i]);
        const double s = square[i] * square_keeps + square_rate * (g * g);
        average[i] = m;
        square[i] = s;
        data[i] -= step_size * (m / (sqrt(s) + eps));
    }
}
