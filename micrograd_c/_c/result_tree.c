/* result_tree.c - tuples, lists and dicts of floats and arrays, as a jitted function
 * returns them. Part of the CFFI module, for direct_call.c.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
static PyObject *result_tree(PyObject *tree, PyObject *out, const double *numbers);

/* Returns the result for a tuple or a list. */
static PyObject *result_sequence(PyObject *tree, PyObject *out, const double *numbers) {
    const int is_list = PyList_Check(tree);
    const Py_ssize_t n = is_list ? PyList_Size(tree) : PyTuple_Size(tree);
    PyObject *result = is_list ? PyList_New(n) : PyTuple_New(n);
    for (Py_ssize_t i = 0; result != NULL && i < n; i++) {
        PyObject *branch = is_list ? PyList_GetItem(tree, i) : PyTuple_GetItem(tree, i);
        PyObject *made = result_tree(branch, out, numbers);
        if (made == NULL)
            Py_CLEAR(result);
        else if (is_list)
            PyList_SetItem(result, i, made);
        else
            PyTuple_SetItem(result, i, made);
    }
    return result;
}

static PyObject *result_dict(PyObject *tree, PyObject *out, const double *numbers) {
    PyObject *result = PyDict_New(), *key, *branch;
    Py_ssize_t place = 0;
    while (result != NULL && PyDict_Next(tree, &place, &key, &branch)) {
        PyObject *made = result_tree(branch, out, numbers);
        if (made == NULL || PyDict_SetItem(result, key, made) < 0)
            Py_CLEAR(result);
        Py_XDECREF(made);
    }
    return result;
}

/* Returns a tree of the same form: a leaf that is the number of an output becomes a float,
 * any other leaf is a function of the array out, which it is called with. numbers: those
 * of out. Recursion is as deep as the function nested what it returned. */
static PyObject *result_tree(PyObject *tree, PyObject *out, const double *numbers) {
    if (PyLong_Check(tree))
        return PyFloat_FromDouble(numbers[PyLong_AsSize_t(tree)]);
    if (PyTuple_Check(tree) || PyList_Check(tree))
        return result_sequence(tree, out, numbers);
    if (PyDict_Check(tree))
        return result_dict(tree, out, numbers);
    return PyObject_CallFunctionObjArgs(tree, out, NULL);
}
#endif
