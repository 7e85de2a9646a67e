/*
 * version_tool.h - the version of avswap itself.
 */
#ifndef AVSWAP_CORE_BASE_VERSION_TOOL_H
#define AVSWAP_CORE_BASE_VERSION_TOOL_H

#define AVSWAP_VERSION "0.1.0"

#endif
