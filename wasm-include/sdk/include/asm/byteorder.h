// Guests are little-endian, and so are the machines that the host supports.
#pragma once
#include <linux/byteorder/little_endian.h>
