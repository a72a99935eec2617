/// The core of weft: everything from base to replica, with the native wire format and all policies.
#ifndef WEFT_WEFT_HPP
#define WEFT_WEFT_HPP

#include <weft/merge.hpp>
#include <weft/model/renamed.hpp>
#include <weft/replica.hpp>
#include <weft/version.hpp>

#endif
