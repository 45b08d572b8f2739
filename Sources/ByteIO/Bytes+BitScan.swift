extension Bytes {
  /// Returns the index of the first little-endian word in which all bits of `mask` are set, or `nil`: O(*n*).
  ///
  /// With a floating type's exponent as the mask it finds the first value that is NaN or infinite.
  public func firstWord<Word: FixedWidthInteger & BitwiseCopyable>(withBits mask: Word) -> Int? {
    let size = MemoryLayout<Word>.size
    let words = count / size
    return unsafe withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return nil }
      func word(_ index: Int) -> Word { unsafe start.loadUnaligned(fromByteOffset: index * size, as: Word.self) }
      let block = 4096
      var first = 0
      while first < words {
        let end = Swift.min(first + block, words)
        // Counting, without leaving early, lets the compiler use wide instructions.
        var hits: Word = 0
        for index in first..<end { hits |= word(index) & mask == mask ? 1 : 0 }
        if hits != 0 { return (first..<end).first { word($0) & mask == mask } }
        first = end
      }
      return nil
    }
  }
}
