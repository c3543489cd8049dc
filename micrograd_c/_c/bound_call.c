/* bound_call.c - BoundCall's base class: an object whose call is one run of an mg_bound.
 *
 * CPython with the GIL only; elsewhere bound_call.py has the same class in Python. This
 * file is compiled into the CFFI module after mode.c, node.c and calls.c. The call is in C
 * because a method __call__ in Python, and the conversion of its arguments, would take
 * longer than a small program.
 */
static double mg_bound_call_type(void) { return 0.0; }

#if !defined(PYPY_VERSION) && !defined(Py_GIL_DISABLED)
typedef struct {
    PyObject_HEAD mg_bound *bound; /* owned by an attribute of the Python class */
    int keeps_gil; /* true: a run is so short that releasing the GIL would take longer */
    int returns_value; /* true: a call returns the attribute value; false: the mean */
} bound_call_object;

static PyObject *value_name; /* "value" */

#define BOUND_CALL(object) ((bound_call_object *)(object))

/* self._mg_prepare(address, keeps_gil, returns_value): sets the mg_bound to run. */
static PyObject *prepare_call(PyObject *self, PyObject *arguments) {
    PyObject *address;
    int keeps_gil, returns_value;
    if (!PyArg_ParseTuple(arguments, "Opp", &address, &keeps_gil, &returns_value))
        return NULL;
    mg_bound *bound = PyLong_AsVoidPtr(address);
    if (bound == NULL && PyErr_Occurred())
        return NULL;
    BOUND_CALL(self)->bound = bound;
    BOUND_CALL(self)->keeps_gil = keeps_gil;
    BOUND_CALL(self)->returns_value = returns_value;
    return new_reference(Py_None);
}

/* self(): runs. Returns self._mg_failed(status), which raises, for any status but MG_OK,
 * and self._mg_failed(-1) within a trace, where nothing runs. */
static PyObject *call_bound(PyObject *self, PyObject *arguments, PyObject *keywords) {
    bound_call_object *call = BOUND_CALL(self);
    if (PyTuple_Size(arguments) > 0 || (keywords != NULL && PyDict_Size(keywords) > 0)) {
        PyErr_SetString(
            PyExc_TypeError,
            "a bound call takes no arguments: its arrays were given to bind(); "
            "change their elements, or bind others");
        return NULL;
    }
    if (call->bound == NULL) {
        PyErr_SetString(PyExc_TypeError, "a bound call is made by f.bind(...)");
        return NULL;
    }
    if (MG_UNLIKELY(mg_mode_count != 0) && read_mode() > 0.0)
        return PyObject_CallMethod(self, "_mg_failed", "i", -1);
    double mean = 0.0;
    PyThreadState *thread = call->keeps_gil ? NULL : leave_gil();
    mg_status status = mg_bound_run(call->bound, &mean);
    if (thread != NULL)
        take_gil(thread);
    if (MG_UNLIKELY(status != MG_OK))
        return PyObject_CallMethod(self, "_mg_failed", "i", (int)status);
    return call->returns_value ? PyObject_GetAttr(self, value_name)
                               : PyFloat_FromDouble(mean);
}

static PyMethodDef bound_call_methods[] = {
    {"_mg_prepare", prepare_call, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

static PyType_Slot bound_call_slots[] = {
    {Py_tp_doc, "An object whose call is one run of a program in C."},
    {Py_tp_call, call_bound},
    {Py_tp_methods, bound_call_methods},
    {0, NULL}};

static PyType_Spec bound_call_spec = {
    "micrograd_c._native.BoundCall", sizeof(bound_call_object), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, bound_call_slots};

/* Returns a new type, as lib.mg_bound_call_type(). */
static PyObject *get_bound_call_type(void) {
    value_name = PyUnicode_InternFromString("value");
    return value_name == NULL ? NULL : PyType_FromSpec(&bound_call_spec);
}
#endif
