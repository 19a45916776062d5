// SPDX-License-Identifier: MIT

macro_rules! map_types {
    ($($name:ident = $number:literal,)*) => {
        /// `enum bpf_map_type`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum MapType {
            $($name,)*
            /// A type that this crate does not know.
            Unknown(u32),
        }

        impl From<u32> for MapType {
            fn from(number: u32) -> Self {
                match number {
                    $($number => MapType::$name,)*
                    other => MapType::Unknown(other),
                }
            }
        }

        impl From<MapType> for u32 {
            fn from(map_type: MapType) -> Self {
                match map_type {
                    $(MapType::$name => $number,)*
                    MapType::Unknown(number) => number,
                }
            }
        }
    };
}

map_types! {
    Unspec = 0,
    Hash = 1,
    Array = 2,
    ProgArray = 3,
    PerfEventArray = 4,
    PercpuHash = 5,
    PercpuArray = 6,
    StackTrace = 7,
    CgroupArray = 8,
    LruHash = 9,
    LruPercpuHash = 10,
    LpmTrie = 11,
    ArrayOfMaps = 12,
    HashOfMaps = 13,
    Devmap = 14,
    Sockmap = 15,
    Cpumap = 16,
    Xskmap = 17,
    Sockhash = 18,
    CgroupStorage = 19,
    ReusePortSockArray = 20,
    PercpuCgroupStorage = 21,
    Queue = 22,
    Stack = 23,
    SkStorage = 24,
    DevmapHash = 25,
    StructOps = 26,
    RingBuf = 27,
    InodeStorage = 28,
    TaskStorage = 29,
    BloomFilter = 30,
    UserRingBuf = 31,
    CgrpStorage = 32,
    Arena = 33,
}

impl MapType {
    /// True if an element has a value for each possible CPU.
    pub fn is_percpu(self) -> bool {
        matches!(
            self,
            MapType::PercpuHash | MapType::PercpuArray | MapType::LruPercpuHash | MapType::PercpuCgroupStorage
        )
    }
}
