/* _mode.c - tells the library, before a call, the mode that Python is in.
 *
 * The mode is stored in one place, a context variable, see python_ref/modes.py. The
 * library gets it for one call only: between calls every thread records and does not
 * trace. So the two cannot differ, whatever is interrupted, and in whatever context
 * asyncio goes on. All this is done only while a mode exists that C has to know of: Python
 * counts those with mg_new_mode.
 *
 * Part of the CFFI module, CPython only; PyPy does the same in micrograd_c/_mode.py.
 */
#include "graph.h"
#include "micrograd.h"

#ifdef Py_BEGIN_ALLOW_THREADS
/* The mode's for_c: 0 for the usual mode, -1 for not recording, else the trace's number.
 */
static double ask_mode(void) {
    static PyObject *current, *name; /* the method that tells the mode, and "for_c" */
    if (current == NULL) {
        name = PyUnicode_InternFromString("for_c");
        PyObject *module = PyImport_ImportModule("python_ref.modes");
        if (module != NULL && name != NULL)
            current = PyObject_GetAttrString(module, "current");
        Py_XDECREF(module);
    }
    PyObject *mode = current == NULL ? NULL : PyObject_CallObject(current, NULL);
    PyObject *number = mode == NULL ? NULL : PyObject_GetAttr(mode, name);
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
