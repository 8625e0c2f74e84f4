// Loads the icu extension, compiled in, into a database of DuckDB's C interface.

#include <cstring>

#include "duckdb.hpp"
#include "duckdb/main/capi/capi_internal.hpp"
#include "icu_extension.hpp"

// Null on success; else a message that the caller frees with `duckdb_free`.
extern "C" char *model_load_icu(duckdb_database database) {
	try {
		auto &opened = *reinterpret_cast<duckdb::DatabaseWrapper *>(database)->database;
		opened.LoadStaticExtension<duckdb::IcuExtension>();
		return nullptr;
	} catch (const std::exception &error) {
		auto size = strlen(error.what()) + 1;
		return static_cast<char *>(memcpy(duckdb_malloc(size), error.what(), size));
	}
}
