// The lists that make up Tables(): one per tables_*.cpp. Private to catalog/.
#pragma once

#include <span>

#include "catalog/table.h"

namespace codeanatomy::catalog {

std::span<const TableInfo> SourceTables();   // tables_source.cpp
std::span<const TableInfo> SyntaxTables();   // tables_syntax.cpp
std::span<const TableInfo> CpgTables();      // tables_cpg.cpp
std::span<const TableInfo> FlowTables();     // tables_flow.cpp
std::span<const TableInfo> ResolveTables();  // tables_resolve.cpp
std::span<const TableInfo> QualityTables();  // tables_quality.cpp

}  // namespace codeanatomy::catalog
