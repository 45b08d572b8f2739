// Inner loops are compiled twice where the processor may have wider registers than all have.
#ifndef ARMATURE_WIDE_H
#define ARMATURE_WIDE_H

#if defined(__x86_64__) && defined(__ELF__)
// The wider variant is chosen at run time. AVX2 does not bring fused operations with it, so both agree.
#define ARMATURE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define ARMATURE_WIDE
#endif

#define ARMATURE_INLINE static inline __attribute__((always_inline))

#endif
