#include "tests/fuzz/ingest_target.h"

TARGET("route53")
