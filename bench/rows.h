// The rows of the table, one function each; docs/performance.md says how each is measured.
#pragma once

#include "bench/options.h"
#include "bench/row.h"

namespace stuntcam::bench {

// transfer_rows.cpp
Row get_row(const Options&);
Row partial_row(const Options&);
Row send_row(const Options&);
Row pass_through_row(const Options&);
Row memory_row(const Options&);
// operation_rows.cpp
Row operation_row(const Options&);
Row neighbour_row(const Options&);
Row start_row(const Options&);
// growth_rows.cpp
Row listing_row(const Options&);
Row properties_row(const Options&);
// usb_row.cpp
Row usb_row(const Options&);
// crowd_rows.cpp
Row sessions_row(const Options&);
Row idle_row(const Options&);
Row cameras_row(const Options&);
Row live_view_row(const Options&);
// initiator_rows.cpp
Row initiator_get_row(const Options&);
Row initiator_put_row(const Options&);
Row initiator_list_row(const Options&);
// capture_rows.cpp
Row record_row(const Options&);
Row decode_row(const Options&);
// fault_rows.cpp
Row faults_row(const Options&);
Row fuzz_row(const Options&);

}  // namespace stuntcam::bench
