/* calls.c - makes the functions that CFFI generates take and return Values: see node.c,
 * which is compiled before it.
 *
 * For each function of micrograd.h, CFFI generates a C function that uses the macros
 * below. Here they are defined such that a function that takes an mg_id also takes a
 * Value, and one that makes a node returns a Value.
 */
#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
/* Returns the id of a Value, or a number, as a C double; -1 with an exception if x is
 * neither, or a Value before __init__. */
static double id_or_number(PyObject *x) {
    PyTypeObject *type = Py_TYPE(x);
    if (type != value_class) {
        if (type == &PyFloat_Type || !PyType_IsSubtype(type, node_type))
            return PyFloat_AsDouble(x);
    }
    double id = NODE(x)->id;
    if (MG_UNLIKELY(id == 0.0)) {
        PyErr_SetString(
            PyExc_AttributeError,
            "this Value was never initialised: its __init__ did not run, or raised");
        return -1.0;
    }
    return id;
}

#define IS(name) (strcmp(__func__, "_cffi_f_" #name) == 0)
#define MAKES_A_NODE                                                                      \
    (IS(mg_add) || IS(mg_mul) || IS(mg_add_number) || IS(mg_mul_number) ||                \
     IS(mg_unary) || IS(mg_unary_k) || IS(mg_binary) || IS(mg_node) ||                    \
     IS(mg_node_with_local) || IS(mg_leaf) || IS(mg_total) || IS(mg_dot) ||               \
     IS(mg_logsumexp) || IS(mg_take_id))
#define MAKES_A_TRACED_NODE (IS(mg_traced) || IS(mg_traced_total) || IS(mg_traced_dot))
/* The operators, whose results a mode may watch: see mode.c. Python code shows the mode
 * what the other functions make, or does not call them in such a mode. */
#define IS_OPERATOR                                                                       \
    (IS(mg_add) || IS(mg_mul) || IS(mg_unary) || IS(mg_unary_k) || IS(mg_binary) ||       \
     MAKES_A_LEAF_TOO)
#define MAKES_A_LEAF_TOO (IS(mg_add_number) || IS(mg_mul_number))

#undef _cffi_to_c_double
#define _cffi_to_c_double(x) id_or_number(x)
#undef _cffi_from_c_double
#define _cffi_from_c_double(result)                                                       \
    (IS_OPERATOR               ? watched(make(value_class, result), MAKES_A_LEAF_TOO)     \
     : MAKES_A_NODE            ? make(value_class, result)                                \
     : MAKES_A_TRACED_NODE     ? make(traced_class, result)                               \
     : IS(mg_node_type)        ? get_node_type()                                          \
     : IS(mg_bound_call_type)  ? get_bound_call_type()                                    \
     : IS(mg_direct_call_type) ? get_direct_call_type()                                   \
                               : PyFloat_FromDouble(result))

/* Release the GIL and take it again around a call of the library. See mg_enter. */
static PyThreadState *leave_gil(void) {
    mg_outside_gil++;
    return PyEval_SaveThread();
}
static void take_gil(PyThreadState *thread) {
    PyEval_RestoreThread(thread);
    mg_outside_gil--;
}

/* Calls that take some nanoseconds keep the GIL. Releasing it and taking it again would
 * take longer than the call: a seventh of an operator's time. Each call sets the mode: see
 * mode.c. */
#ifdef __GNUC__
#define IS_QUICK                                                                          \
    (IS(mg_add) || IS(mg_mul) || IS(mg_add_number) || IS(mg_mul_number) ||                \
     IS(mg_unary) || IS(mg_unary_k) || IS(mg_binary) || IS(mg_leaf) || IS(mg_data) ||     \
     IS(mg_grad) || IS(mg_set_data) || IS(mg_set_grad) || IS(mg_traced) ||                \
     IS(mg_take_id))
#define IS_SAME_IN_ALL_MODES                                                              \
    (IS(mg_data) || IS(mg_grad) || IS(mg_set_data) || IS(mg_set_grad) ||                  \
     IS(mg_take_id) || IS(mg_new_mode) || IS(mg_free_mode) || IS(mg_modes))
#else /* the names would be compared at run time, in each call */
#define IS_QUICK 0
#define IS_SAME_IN_ALL_MODES 0
#endif
#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS                                                            \
    {                                                                                     \
        double mode = IS_SAME_IN_ALL_MODES ? 0.0 : begin_in_mode();                       \
        PyThreadState *_save = IS_QUICK ? NULL : leave_gil();
#define Py_END_ALLOW_THREADS                                                              \
    if (!IS_QUICK)                                                                        \
        take_gil(_save);                                                                  \
    end_in_mode(mode);                                                                    \
    }

static PyObject *get_node_type(void);
static PyObject *get_bound_call_type(void);
static PyObject *get_direct_call_type(void);
#endif
