/* mode.c - tells the library, before a call, the mode that Python is in.
 *
 * The mode is stored in one place, a context variable, see python_ref/core/modes.py. The
 * library gets it for one call only: between calls every thread records and does not
 * trace. So the two cannot differ, whatever is interrupted, and in whatever context
 * asyncio goes on. All this is done only while a mode exists that C has to know of: Python
 * counts those with mg_new_mode.
 *
 * Part of the CFFI module, CPython only; PyPy does the same in micrograd_c/_c/mode.py.
 */
#include "graph/graph.h"
#include "micrograd.h"

#ifdef Py_BEGIN_ALLOW_THREADS
static PyObject *current, *for_c; /* the method that tells the mode, and a name */

/* Before the first Value is made, as an import may run any Python, and fail. -1 and an
 * exception: it did. */
static int load_modes(void) {
    PyObject *module = PyImport_ImportModule("python_ref.core.modes");
    if (module != NULL && for_c == NULL)
        for_c = PyUnicode_InternFromString("for_c");
    if (module != NULL && current == NULL)
        current = PyObject_GetAttrString(module, "current");
    Py_XDECREF(module);
    return current != NULL && for_c != NULL ? 0 : -1;
}

/* The mode's for_c: 0 as between calls, -1 not recording, else the number of the trace. No
 * Python code runs. */
static double ask_mode(void) {
    PyObject *mode = current == NULL ? NULL : PyObject_CallObject(current, NULL);
    PyObject *number = mode == NULL ? NULL : PyObject_GetAttr(mode, for_c);
    double result = number == NULL ? 0.0 : PyFloat_AsDouble(number);
    Py_XDECREF(number);
    Py_XDECREF(mode);
    if (number == NULL)
        PyErr_Clear(); /* out of memory: take the usual mode */
    return result;
}

/* Call it with the GIL, before a function of the library. Returns what end_in_mode takes.
 */
static double begin_in_mode(void) {
    if (MG_LIKELY(mg_mode_count == 0))
        return 0.0;
    double number = ask_mode();
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
#endif
