/* direct_call.c - DirectCall's base class: calls of a jitted function with arguments that
 * C can read where they are, which are NumPy arrays of float64 in C order, and floats.
 *
 * CPython with the GIL only; elsewhere every call is prepared in Python. This file is
 * compiled into the CFFI module after mode.c, node.c, result_tree.c and direct_call.h. A
 * call in Python spends most of its time on checking arrays and making views of them,
 * which takes longer than a small program. Here NumPy says in one step where and how an
 * array's numbers are stored: by its attribute __array_struct__, the C side of its array
 * interface protocol. So nothing is remembered of an array from one call to the next.
 *
 * The functions return None if they cannot make a call. Nothing has happened then, and
 * Python does the same, or raises the error.
 */
static double mg_direct_call_type(void) { return 0.0; }

#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
typedef struct {
    PyObject_HEAD const mg_direct *direct; /* attributes of the Python class own this, */
    PyObject *program;                     /* the CompiledProgram, */
    PyObject *tree;                        /* and the tree, see result_tree.c */
} direct_call_object;

#define DIRECT_CALL(object) ((direct_call_object *)(object))

static PyObject *array_class, *make_empty; /* numpy.ndarray and numpy.empty */
static PyObject *is_checking;              /* a function: True within jit.check */
static PyObject *array_struct, *base_name, *last_program; /* names of attributes */

/* What NumPy's __array_struct__ points to. */
typedef struct {
    int two, n_dimensions;
    char kind;
    int item_size, flags;
    Py_ssize_t *shape, *strides;
    void *data;
} array_interface;

/* Flags of array_interface: in C order, aligned, in this machine's byte order. */
enum { READABLE = 0x1 | 0x100 | 0x200 };

/* The numbers of an argument, until Python code runs. */
typedef struct {
    double *data;
    int n_dimensions;
    size_t shape[2]; /* of the first dimensions */
    double number;   /* that of a float: then data points here */
} array_view;

/* Sets *view. Returns 0, without an exception, if C cannot read x. */
static int view_array(PyObject *x, array_view *view) {
    if (PyFloat_CheckExact(x)) {
        view->number = PyFloat_AsDouble(x);
        view->data = &view->number;
        view->n_dimensions = 0;
        return 1;
    }
    if ((PyObject *)Py_TYPE(x) != array_class)
        return 0;
    PyObject *capsule = PyObject_GetAttr(x, array_struct);
    const array_interface *array =
        capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, NULL);
    int fine = array != NULL && array->two == 2 && array->kind == 'f' &&
               array->item_size == sizeof(double) && (array->flags & READABLE) == READABLE;
    if (fine) {
        view->data = array->data;
        view->n_dimensions = array->n_dimensions;
        for (int i = 0; i < array->n_dimensions && i < 2; i++)
            view->shape[i] = (size_t)array->shape[i];
    }
    if (array == NULL)
        PyErr_Clear();
    Py_XDECREF(capsule);
    return fine;
}

/* The arguments of a call. */
typedef struct {
    PyObject *arrays; /* a tuple */
    PyObject *params; /* or None */
    size_t n_views;
    array_view views[MG_MOST_ARGUMENTS], params_view;
} call_arguments;

/* Views the arrays, of which there must be at most MG_MOST_ARGUMENTS. Returns 0 if C
 * cannot read one of them. No Python code runs. */
static int view_arguments(call_arguments *args) {
    for (size_t i = 0; i < args->n_views; i++)
        if (!view_array(PyTuple_GetItem(args->arrays, (Py_ssize_t)i), &args->views[i]))
            return 0;
    return args->params == Py_None || view_array(args->params, &args->params_view);
}

/* Returns the number of rows if the program can be called with these arguments, else 0. */
static size_t count_rows(const mg_direct *direct, const call_arguments *args) {
    size_t n = direct->has_rows ? SIZE_MAX : 1; /* SIZE_MAX: not known yet */
    if (args->n_views != direct->n_arguments)
        return 0;
    for (size_t i = 0; i < args->n_views; i++) {
        const mg_direct_argument *expected = &direct->arguments[i];
        const array_view *view = &args->views[i];
        if (view->n_dimensions != expected->n_dimensions)
            return 0;
        for (int d = 0; d < view->n_dimensions; d++) {
            const int counts_rows = d == 0 && expected->has_rows;
            if (counts_rows && n == SIZE_MAX)
                n = view->shape[0];
            if (view->shape[d] != (counts_rows ? n : expected->shape[d]))
                return 0;
        }
    }
    if (args->params != Py_None && (args->params_view.n_dimensions != 1 ||
                                    args->params_view.shape[0] != direct->n_parameters))
        return 0;
    return n;
}

/* Returns 1 in a mode in which a call does what it does in the usual one: outside of
 * traces, and if nothing watches for infinities. Runs no Python code. */
static int is_usual_mode(void) {
    if (MG_LIKELY(mg_mode_count == 0))
        return 1;
    PyObject *mode = current == NULL ? NULL : PyObject_CallObject(current, NULL);
    PyObject *watches = mode == NULL ? NULL : PyObject_GetAttr(mode, watch);
    int usual = watches == Py_None && read_mode() <= 0.0;
    if (watches == NULL)
        PyErr_Clear();
    Py_XDECREF(watches);
    Py_XDECREF(mode);
    return usual;
}

/* Returns a new array for the outputs of n rows. */
static PyObject *new_outputs(const mg_direct *direct, size_t n) {
    const int rows = direct->has_rows;
    PyObject *shape = PyTuple_New(rows + (Py_ssize_t)direct->n_dimensions);
    for (size_t i = 0; shape != NULL && i < rows + direct->n_dimensions; i++) {
        PyObject *length = PyLong_FromSize_t(rows && i == 0 ? n : direct->shape[i - rows]);
        if (length == NULL)
            Py_CLEAR(shape);
        else
            PyTuple_SetItem(shape, (Py_ssize_t)i, length);
    }
    PyObject *out =
        shape == NULL ? NULL : PyObject_CallFunctionObjArgs(make_empty, shape, NULL);
    Py_XDECREF(shape);
    return out;
}

/* Returns the address of the numbers of an array that make_empty made. */
static double *numbers_of(PyObject *array) {
    array_view view;
    return view_array(array, &view) ? view.data : NULL;
}

/* Adds a weak reference to the array that owns the memory of x to a list. NumPy does not
 * resize an array that has one. Returns -1 with an exception if it fails, else 0. */
static int guard_memory(PyObject *guards, PyObject *x) {
    PyObject *owner = new_reference(x), *base = PyObject_GetAttr(x, base_name);
    while (base != NULL && PyObject_IsInstance(base, array_class) == 1) {
        Py_DECREF(owner);
        owner = base;
        base = PyObject_GetAttr(owner, base_name);
    }
    PyObject *guard = base == NULL ? NULL : PyWeakref_NewRef(owner, NULL);
    Py_XDECREF(base);
    int status = guard == NULL ? -1 : PyList_Append(guards, guard);
    Py_XDECREF(guard);
    Py_DECREF(owner);
    return status;
}

/* Returns a list that keeps the memory of all arrays in its place. */
static PyObject *guard_all(const call_arguments *args) {
    PyObject *guards = PyList_New(0);
    int fine = guards != NULL;
    for (size_t i = 0; fine && i < args->n_views; i++) {
        PyObject *x = PyTuple_GetItem(args->arrays, (Py_ssize_t)i);
        fine = PyFloat_CheckExact(x) || guard_memory(guards, x) == 0;
    }
    if (fine && args->params != Py_None)
        fine = guard_memory(guards, args->params) == 0;
    if (!fine)
        Py_CLEAR(guards);
    return guards;
}

typedef enum { FORWARD, BACKWARD, VALUE_AND_GRAD } call_kind;

/* Runs the program on n rows. out and gradient are NULL unless it is of their kind. */
static mg_status run_program(const mg_direct *direct, call_kind kind,
                             const call_arguments *args, size_t n, double *out,
                             double *gradient, int check_finite, double *mean) {
    const double *inputs[MG_MOST_ARGUMENTS];
    for (size_t i = 0; i < args->n_views; i++)
        inputs[direct->arguments[i].place] = args->views[i].data;
    const double *params = args->params == Py_None ? NULL : args->params_view.data;
    mg_status status;
    PyThreadState *thread = n <= direct->quick_rows ? NULL : leave_gil();
    if (kind == BACKWARD)
        status = mg_program_backward(direct->program, inputs, n, check_finite, mean);
    else if (kind == FORWARD && params == NULL)
        status = mg_program_forward(direct->program, inputs, n, NULL, out);
    else
        status = mg_program_call(direct->program, inputs, n, params, direct->places, out,
                                 gradient, direct->n_parameters, check_finite, mean);
    if (thread != NULL)
        take_gil(thread);
    return status;
}

/* Returns what the call gives; result, or NULL, is an array that C has filled: numbers. */
static PyObject *result_of(PyObject *call, call_kind kind, PyObject *result,
                           const double *numbers, double mean) {
    if (kind == FORWARD && DIRECT_CALL(call)->direct->is_tree)
        return result_tree(DIRECT_CALL(call)->tree, result, numbers);
    if (result == NULL)
        return PyFloat_FromDouble(mean);
    return kind == FORWARD ? new_reference(result) : Py_BuildValue("dO", mean, result);
}

/* Makes a call with an array for its result, and guards if it releases the GIL; both may
 * be NULL. The arguments are viewed again: Python code may have run when these were made.
 */
static PyObject *call_with(PyObject *call, call_kind kind, call_arguments *args, size_t n,
                           PyObject *result, int check_finite) {
    const mg_direct *direct = DIRECT_CALL(call)->direct;
    double mean = 0.0, *numbers = result == NULL ? NULL : numbers_of(result);
    if (result != NULL && numbers == NULL)
        return new_reference(Py_None);
    if (!view_arguments(args) || count_rows(direct, args) != n)
        return new_reference(Py_None);
    double *out = kind != FORWARD ? NULL : numbers == NULL ? &mean : numbers;
    double unused;
    mg_status status =
        run_program(direct, kind, args, n, out, kind == VALUE_AND_GRAD ? numbers : NULL,
                    check_finite, kind == FORWARD ? &unused : &mean);
    if (status != MG_OK)
        return new_reference(Py_None);
    return result_of(call, kind, result, numbers, mean);
}

/* Makes a call of the DirectCall ``call`` on n rows, which its arguments fit. */
static PyObject *call_on_rows(PyObject *call, PyObject *owner, call_kind kind,
                              call_arguments *args, size_t n, int check_finite) {
    const mg_direct *direct = DIRECT_CALL(call)->direct;
    PyObject *made = NULL, *guards = NULL, *result = NULL;
    if (PyObject_SetAttr(owner, last_program, DIRECT_CALL(call)->program) < 0)
        return NULL;
    if (direct->has_rules) {
        PyObject *checked = PyObject_CallMethod(call, "_mg_check", "(O)", args->arrays);
        if (checked == NULL)
            return NULL;
        Py_DECREF(checked);
    }
    if (kind == FORWARD && (direct->has_rows || direct->n_dimensions > 0))
        made = new_outputs(direct, n);
    else if (kind == VALUE_AND_GRAD)
        made = PyObject_CallFunction(make_empty, "n", (Py_ssize_t)direct->n_parameters);
    if (n > direct->quick_rows && !PyErr_Occurred())
        guards = guard_all(args);
    if (!PyErr_Occurred())
        result = call_with(call, kind, args, n, made, check_finite);
    Py_XDECREF(guards);
    Py_XDECREF(made);
    return result;
}

/* Makes the call, for arguments (calls, owner, arrays, params, check_finite): with the
 * first of the DirectCalls in the tuple ``calls`` that the arrays fit. Its program becomes
 * owner._last_program. Returns None if there is none, or if Python must do it. */
static PyObject *call_directly(PyObject *arguments, call_kind kind) {
    PyObject *calls, *owner;
    int check_finite;
    call_arguments args;
    if (!PyArg_ParseTuple(arguments, "O!OO!Op", &PyTuple_Type, &calls, &owner,
                          &PyTuple_Type, &args.arrays, &args.params, &check_finite))
        return NULL;
    args.n_views = (size_t)PyTuple_Size(args.arrays);
    if (args.n_views > MG_MOST_ARGUMENTS || !is_usual_mode() || !view_arguments(&args))
        return new_reference(Py_None);
    for (Py_ssize_t i = 0; i < PyTuple_Size(calls); i++) {
        PyObject *call = PyTuple_GetItem(calls, i);
        const mg_direct *direct = DIRECT_CALL(call)->direct;
        const size_t n = count_rows(direct, &args);
        if (n == 0)
            continue;
        if (kind != FORWARD && !direct->is_single)
            break;
        if (kind == FORWARD && !direct->has_rows) {
            PyObject *gives_values = PyObject_CallObject(is_checking, NULL);
            Py_XDECREF(gives_values);
            if (gives_values != Py_False)
                return gives_values == NULL ? NULL : new_reference(Py_None);
        }
        return call_on_rows(call, owner, kind, &args, n, check_finite);
    }
    return new_reference(Py_None);
}

static PyObject *direct_forward(PyObject *self, PyObject *arguments) {
    (void)self;
    return call_directly(arguments, FORWARD);
}

static PyObject *direct_backward(PyObject *self, PyObject *arguments) {
    (void)self;
    return call_directly(arguments, BACKWARD);
}

static PyObject *direct_value_and_grad(PyObject *self, PyObject *arguments) {
    (void)self;
    return call_directly(arguments, VALUE_AND_GRAD);
}

/* self._mg_prepare(address, program, tree, array_class, make_empty, is_checking): sets the
 * mg_direct, the CompiledProgram and the tree, which attributes of self keep alive. */
static PyObject *prepare_direct(PyObject *self, PyObject *arguments) {
    PyObject *address, *functions[3];
    if (!PyArg_ParseTuple(arguments, "OOOOOO", &address, &DIRECT_CALL(self)->program,
                          &DIRECT_CALL(self)->tree, &functions[0], &functions[1],
                          &functions[2]))
        return NULL;
    const mg_direct *direct = PyLong_AsVoidPtr(address);
    if (direct == NULL && PyErr_Occurred())
        return NULL;
    if (array_class == NULL) {
        array_struct = PyUnicode_InternFromString("__array_struct__");
        base_name = PyUnicode_InternFromString("base");
        last_program = PyUnicode_InternFromString("_last_program");
        if (array_struct == NULL || base_name == NULL || last_program == NULL)
            return NULL;
        make_empty = new_reference(functions[1]);
        is_checking = new_reference(functions[2]);
        array_class = new_reference(functions[0]);
    }
    DIRECT_CALL(self)->direct = direct;
    return new_reference(Py_None);
}

static PyMethodDef direct_call_methods[] = {
    {"_mg_prepare", prepare_direct, METH_VARARGS, NULL},
    {"_mg_forward", direct_forward, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_backward", direct_backward, METH_VARARGS | METH_STATIC, NULL},
    {"_mg_value_and_grad", direct_value_and_grad, METH_VARARGS | METH_STATIC, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot direct_call_slots[] = {
    {Py_tp_doc, "A program of a jitted function that C can call with arrays."},
    {Py_tp_methods, direct_call_methods},
    {0, NULL}};

static PyType_Spec direct_call_spec = {
    "micrograd_c._native.DirectCall", sizeof(direct_call_object), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, direct_call_slots};

/* Returns a new type, as lib.mg_direct_call_type(). */
static PyObject *get_direct_call_type(void) { return PyType_FromSpec(&direct_call_spec); }
#endif
