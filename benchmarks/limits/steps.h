/* steps.h - what Python calls of a program that is no net. */

/* step(inputs, gradients) n times; the last one's loss. */
double steps(int n, const double *inputs, double *gradients) {
    double loss = 0.0;
    for (int i = 0; i < n; i++) {
        loss = step(inputs, gradients);
        __asm__ volatile("" ::: "memory"); /* or the compiler may do equal steps once */
    }
    return loss;
}
