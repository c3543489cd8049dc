/* mode.c - sets the library's mode, before a call, to the mode that Python is in.
 *
 * The mode is stored in one place, a context variable: see python_ref/core/modes.py. The
 * library's is set for one call only: between calls every thread records and does not
 * trace. So the two cannot differ, wherever an interrupt comes, and in whatever context
 * asyncio continues. All this happens only while a mode exists that changes what C does:
 * Python counts those with mg_new_mode.
 *
 * Part of the CFFI module, CPython only; PyPy does the same in micrograd_c/_c/mode.py.
 */
#include "graph/graph.h"
#include "micrograd.h"

#ifdef Py_BEGIN_ALLOW_THREADS
static PyObject *current; /* the function that returns the Mode object in force */
static PyObject *c_mode;  /* the name of its attribute for C */
static PyObject *watch;   /* the name of its attribute that new Values are shown to */

/* Imports python_ref.core.modes. Called before the first Value is made, because an import
 * may run any Python code. Returns -1 with an exception if it fails, else 0. */
static int load_modes(void) {
    PyObject *module = PyImport_ImportModule("python_ref.core.modes");
    if (module != NULL && c_mode == NULL)
        c_mode = PyUnicode_InternFromString("c_mode");
    if (module != NULL && watch == NULL)
        watch = PyUnicode_InternFromString("watch");
    if (module != NULL && current == NULL)
        current = PyObject_GetAttrString(module, "current");
    Py_XDECREF(module);
    return current != NULL && c_mode != NULL && watch != NULL ? 0 : -1;
}

/* Returns the c_mode of the mode in force: 0 for the library's default mode, -1 for not
 * recording, else the number of the trace. Runs no Python code. */
static double read_mode(void) {
    PyObject *mode = current == NULL ? NULL : PyObject_CallObject(current, NULL);
    PyObject *number = mode == NULL ? NULL : PyObject_GetAttr(mode, c_mode);
    double result = number == NULL ? 0.0 : PyFloat_AsDouble(number);
    Py_XDECREF(number);
    Py_XDECREF(mode);
    if (number == NULL)
        PyErr_Clear(); /* out of memory: take the default mode */
    return result;
}

/* Sets the library's mode. To be called with the GIL, before a function of the library.
 * Returns the argument for end_in_mode, which sets the default mode again. */
static double begin_in_mode(void) {
    if (MG_LIKELY(mg_mode_count == 0))
        return 0.0;
    double number = read_mode();
    if (number == -1.0)
        mg_set_recording(0);
    else if (number != 0.0)
        mg_set_tracing(number);
    return number;
}

static void end_in_mode(double number) {
    if (MG_UNLIKELY(number == -1.0))
        mg_set_recording(1);
    else if (MG_UNLIKELY(number != 0.0))
        mg_set_tracing(0.0);
}

/* Calls mode.watch(value, with_number) of the mode in force, unless that is None.
 * with_number: 1 if the operator made a leaf of a number too. Returns value, or NULL with
 * an exception after releasing it; passes NULL and None on. To be called after the C
 * library has made the Value, and outside of begin_in_mode and end_in_mode, as it runs
 * Python code. */
static PyObject *watched(PyObject *value, int with_number) {
    if (MG_LIKELY(mg_mode_count == 0) || value == NULL || value == Py_None)
        return value;
    PyObject *mode = PyObject_CallObject(current, NULL);
    PyObject *function = mode == NULL ? NULL : PyObject_GetAttr(mode, watch);
    PyObject *result = NULL;
    if (function == Py_None)
        result = function; /* takes over the reference */
    else if (function != NULL)
        result = PyObject_CallFunctionObjArgs(function, value,
                                              with_number ? Py_True : Py_False, NULL);
    if (function != result)
        Py_XDECREF(function);
    Py_XDECREF(mode);
    if (result == NULL)
        Py_CLEAR(value);
    Py_XDECREF(result);
    return value;
}
#endif
