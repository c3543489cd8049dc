/* steps.h - what Python calls to run a program that is no net. */

/* Call step(inputs, gradients) n times. Returns the last step's loss. */
double steps(int n, const double *inputs, double *gradients) {
    double loss = 0.0;
    for (int i = 0; i < n; i++) {
        loss = step(inputs, gradients);
        __asm__ volatile("" ::: "memory"); /* else the compiler could merge equal steps */
    }
    return loss;
}
