/* net_steps.h - what Python calls to train a net. */

/* Take n steps. Returns the last step's loss. */
double steps(int n, double lr) {
    double loss = 0.0;
    for (int i = 0; i < n; i++)
        loss = step(lr);
    return loss;
}
