internal import ByteIO
internal import CHDF5
internal import Glibc

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
        do { bytes = Bytes(try Inflater.inflateWhole(bytes, limit: chunkSize + 4)) } catch {
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
    let whole = bytes.count / elementSize * elementSize
    let plain = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
      unsafe bytes.withUnsafeBytes { input in
        guard let from = unsafe input.bindMemory(to: UInt8.self).baseAddress, let to = output.baseAddress else {
          return
        }
        unsafe chdf5_unshuffle(from, whole / elementSize, elementSize, to)
        // What is left of an element stays at the end.
        unsafe memcpy(to + whole, from + whole, input.count - whole)
        count = input.count
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

  /// An axis of a copy: how many, and how many bytes apart in the chunk and in the dataset.
  private struct Axis {
    var count: Int
    let from: Int
    let to: Int
  }

  /// Copies the part of a chunk that lies inside the dataset.
  private func copy(_ plain: Bytes, of chunk: Chunk, to result: inout [UInt8]) {
    // From the last axis to the first; axes without a gap between them become one.
    var axes: [Axis] = []
    var (from, to, start) = (elementSize, elementSize, 0)
    var piece = elementSize
    for axis in shape.indices.reversed() {
      let count = min(chunkShape[axis], shape[axis] - chunk.offset[axis])
      start += chunk.offset[axis] * to
      if axes.isEmpty, from == piece, to == piece {
        piece *= count
      } else if let last = axes.last, last.count * last.from == from, last.count * last.to == to {
        axes[axes.count - 1].count *= count
      } else {
        axes.append(Axis(count: count, from: from, to: to))
      }
      from *= chunkShape[axis]
      to *= shape[axis]
    }
    let inner = axes.first ?? Axis(count: 1, from: 0, to: 0)
    let outer = axes.dropFirst()
    var position = [Int](repeating: 0, count: outer.count)
    unsafe plain.withUnsafeBytes { source in
      unsafe result.withUnsafeMutableBytes { target in
        guard let source = unsafe source.bindMemory(to: UInt8.self).baseAddress,
          let target = unsafe target.bindMemory(to: UInt8.self).baseAddress
        else { return }
        while true {
          var (from, to) = (0, start)
          for (axis, at) in zip(outer, position) {
            from += axis.from * at
            to += axis.to * at
          }
          unsafe chdf5_copy_pieces(source + from, inner.from, target + to, inner.to, inner.count, piece)
          var next = 0
          for axis in outer {
            position[next] += 1
            if position[next] < axis.count { break }
            position[next] = 0
            next += 1
          }
          if next == position.count { return }
        }
      }
    }
  }
}
