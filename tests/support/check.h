/* check.h - cmocka with what it needs before it. Include it first in a test program: cmocka defines
 * a macro of the name `fail`, so the project's function of that name must be declared earlier. */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/status.h"

#include <cmocka.h>

#endif
