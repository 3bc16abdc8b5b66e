#include "tests/fuzz/ingest_target.h"

TARGET("json")
