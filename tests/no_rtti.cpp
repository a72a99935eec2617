/// With exceptions and without RTTI the headers of the laws are empty, and compile.
#include <weft/testing/laws.hpp>
#include <weft/testing/schema_laws.hpp>
