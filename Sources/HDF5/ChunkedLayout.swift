internal import ByteIO
internal import CHDF5

/// The filters of chunks that Armature undoes itself, by libhdf5's numbers.
enum ChunkFilter: Int32 {
  case deflate = 1
  case shuffle = 2
  case fletcher32 = 3
  case lzf = 32000
}

/// Where the chunks of a dataset lie in its file, so that they are unpacked without the library and its lock.
struct ChunkedLayout: Sendable {
  struct Chunk: Sendable {
    /// The place of its first element in the dataset.
    let offset: [Int]
    /// Its bytes in the file.
    let bytes: Range<Int>
  }

  let shape: [Int]
  let chunkShape: [Int]
  let elementSize: Int
  /// In the order of writing.
  let filters: [ChunkFilter]
  let chunks: [Chunk]

  /// Returns all elements in row-major order.
  func read(_ file: HDF5File, _ path: String) throws(HDF5Error) -> Bytes {
    let whole: Bytes
    do { whole = try MappedFile(file.path).bytes } catch { throw file.failure(.unreadable, path) }
    let chunkSize = chunkShape.reduce(elementSize, *)
    var result = [UInt8](repeating: 0, count: shape.reduce(elementSize, *))
    for chunk in chunks {
      guard chunk.bytes.upperBound <= whole.count else { throw file.failure(.unreadable, path) }
      let plain = try unpack(whole[chunk.bytes], chunkSize, file, path)
      guard plain.count == chunkSize, chunk.offset.count == shape.count else { throw file.failure(.unreadable, path) }
      for (start, size) in zip(chunk.offset, shape) where start >= size { throw file.failure(.unreadable, path) }
      copy(plain, of: chunk, to: &result)
    }
    return Bytes(result)
  }

  private func unpack(
    _ stored: Bytes, _ chunkSize: Int, _ file: HDF5File, _ path: String
  ) throws(HDF5Error) -> Bytes {
    var bytes = stored
    for filter in filters.reversed() {
      switch filter {
      case .deflate:
        do { bytes = Bytes(try Inflater.inflate(bytes, limit: chunkSize + 4)) } catch {
          throw file.failure(.content("a chunk's deflated data are damaged"), path)
        }
      case .lzf:
        var plain = [UInt8](repeating: 0, count: chunkSize + 4)
        let room = plain.count
        let count = unsafe bytes.withUnsafeBytes { input -> Int in
          guard let input = unsafe input.bindMemory(to: UInt8.self).baseAddress else { return 0 }
          return unsafe plain.withUnsafeMutableBufferPointer { output in
            guard let output = output.baseAddress else { return 0 }
            return unsafe chdf5_lzf_inflate(input, bytes.count, output, room)
          }
        }
        guard count > 0 else { throw file.failure(.content("a chunk's LZF data are damaged"), path) }
        plain.removeLast(room - count)
        bytes = Bytes(plain)
      case .shuffle: bytes = unshuffled(bytes)
      case .fletcher32:
        guard bytes.count >= 4 else { throw file.failure(.content("a chunk has no checksum"), path) }
        let content = bytes[0..<bytes.count - 4]
        let expected: UInt32 = bytes.integer(at: bytes.count - 4)
        guard Self.fletcher32(content) == expected else {
          throw file.failure(.content("a chunk's checksum (fletcher32) differs"), path)
        }
        bytes = content
      }
    }
    return bytes
  }

  /// Puts the bytes of each element together again: shuffled, all first bytes stand before all second ones.
  private func unshuffled(_ bytes: Bytes) -> Bytes {
    guard elementSize > 1 else { return bytes }
    let count = bytes.count / elementSize
    var plain = bytes.array
    unsafe bytes.withUnsafeBytes { source in
      for byte in 0..<elementSize {
        for element in 0..<count {
          plain[element * elementSize + byte] = unsafe source[byte * count + element]
        }
      }
    }
    return Bytes(plain)
  }

  /// Fletcher's checksum over big-endian words of 16 bits, each sum modulo 65,535 as libhdf5 has it.
  static func fletcher32(_ bytes: Bytes) -> UInt32 {
    var first: UInt32 = 0
    var second: UInt32 = 0
    let words = bytes.count / 2
    var index = 0
    func folded(_ sum: UInt32) -> UInt32 { (sum & 0xFFFF) + (sum >> 16) }
    unsafe bytes.withUnsafeBytes { source in
      while index < words {
        // No sum can overflow within 360 words.
        let end = min(index + 360, words)
        while index < end {
          first &+= unsafe UInt32(source[2 * index]) << 8 | UInt32(source[2 * index + 1])
          second &+= first
          index += 1
        }
        first = folded(first)
        second = folded(second)
      }
      if bytes.count % 2 == 1 {
        first &+= unsafe UInt32(source[bytes.count - 1]) << 8
        second &+= first
        first = folded(first)
        second = folded(second)
      }
    }
    return folded(second) << 16 | folded(first)
  }

  /// Copies the part of a chunk that lies inside the dataset, row by row.
  private func copy(_ plain: Bytes, of chunk: Chunk, to result: inout [UInt8]) {
    let rank = shape.count
    let extent = (0..<rank).map { min(chunkShape[$0], shape[$0] - chunk.offset[$0]) }
    let rowBytes = extent[rank - 1] * elementSize
    var position = [Int](repeating: 0, count: rank)
    unsafe plain.withUnsafeBytes { source in
      unsafe result.withUnsafeMutableBytes { target in
        while true {
          var from = 0
          var to = 0
          for axis in 0..<rank {
            from = from * chunkShape[axis] + position[axis]
            to = to * shape[axis] + chunk.offset[axis] + position[axis]
          }
          unsafe target[to * elementSize..<to * elementSize + rowBytes]
            .copyBytes(from: source[from * elementSize..<from * elementSize + rowBytes])
          var axis = rank - 2
          while axis >= 0 {
            position[axis] += 1
            if position[axis] < extent[axis] { break }
            position[axis] = 0
            axis -= 1
          }
          if axis < 0 { return }
        }
      }
    }
  }
}
