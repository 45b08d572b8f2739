internal import ByteIO
internal import TensorFiles

/// The encoded frames of one view in a shard in the making: where each lies.
struct FrameColumn {
  /// The bytes of all frames.
  private(set) var byteCount = 0
  /// Where each frame begins among them, and their end: [N + 1].
  private(set) var offsets: [UInt64] = [0]
  private var places: [Place] = []
  private var files: [String] = []

  /// A run of bytes in one of the files; file −1 is the spool.
  private struct Place {
    let file: Int32
    let offset: Int
    let count: Int
  }

  mutating func append(_ sources: [StoredEpisode.FrameSource], _ spool: ColumnSpool) throws(FileError) {
    for source in sources {
      switch source {
      case .file(let file, let offset, let count):
        if files.last != file { files.append(file) }
        add(Place(file: Int32(files.count - 1), offset: offset, count: count))
      case .bytes(let bytes):
        let range = try spool.append(bytes)
        add(Place(file: -1, offset: range.lowerBound, count: range.count))
      }
    }
  }

  private mutating func add(_ place: Place) {
    places.append(place)
    byteCount += place.count
    offsets.append(UInt64(byteCount))
  }

  /// Writes the bytes of all frames in order; one source file is open at a time.
  func writeBytes(to file: AtomicFile, _ spool: ColumnSpool) throws(FileError) {
    var open: (number: Int32, file: InputFile)?
    for place in places {
      if place.file < 0 {
        guard let spooled = try spool.contents() else { continue }
        try file.append(place.count, from: spooled, at: place.offset)
        continue
      }
      let source: InputFile
      if let open, open.number == place.file {
        source = open.file
      } else {
        source = try InputFile(files[Int(place.file)])
        open = (place.file, source)
      }
      try file.append(place.count, from: source, at: place.offset)
    }
  }
}
