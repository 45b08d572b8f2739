/// What is measured on the gray pixels of one frame.
struct FrameMeasure {
  var mean = 0.0
  var deviation = 0.0
  /// The variance of the Laplacian.
  var sharpness = 0.0
  /// The share of pixels at 250 or more.
  var bright = 0.0
  var isZero = false
  /// Means of 16 × 16 parts.
  var thumbnail = [Float](repeating: 0, count: 256)

  /// Measures `gray`, [height, width].
  init(_ gray: [UInt8], height: Int, width: Int) {
    var sum = 0
    var squares = 0
    var high = 0
    unsafe gray.withUnsafeBufferPointer { pixels in
      for i in pixels.indices {
        let value = unsafe Int(pixels[i])
        sum &+= value
        squares &+= value &* value
        high &+= value >= 250 ? 1 : 0
      }
    }
    let n = Double(gray.count)
    mean = Double(sum) / n
    deviation = max(0, Double(squares) / n - mean * mean).squareRoot()
    bright = Double(high) / n
    isZero = sum == 0
    sharpness = Self.laplacian(gray, height, width)
    reduce(gray, height, width)
  }

  /// Over every other row, which is as telling and takes half the time.
  private static func laplacian(_ gray: [UInt8], _ height: Int, _ width: Int) -> Double {
    guard height > 2, width > 2 else { return 0 }
    var sum = 0
    var squares = 0
    var rows = 0
    unsafe gray.withUnsafeBufferPointer { pixels in
      for y in stride(from: 1, to: height - 1, by: 2) {
        let row = y * width
        rows += 1
        // In pieces whose sums fit 32 bits: 1,020² · 2,048 < 2³¹.
        for start in stride(from: row + 1, to: row + width - 1, by: 2048) {
          var part: Int32 = 0
          var partSquares: Int32 = 0
          for i in start..<min(start + 2048, row + width - 1) {
            let sides = unsafe Int32(pixels[i - 1]) &+ Int32(pixels[i + 1])
            let ends = unsafe Int32(pixels[i - width]) &+ Int32(pixels[i + width])
            let value = unsafe sides &+ ends &- 4 &* Int32(pixels[i])
            part &+= value
            partSquares &+= value &* value
          }
          sum &+= Int(part)
          squares &+= Int(partSquares)
        }
      }
    }
    let n = Double(rows * (width - 2))
    let mean = Double(sum) / n
    return max(0, Double(squares) / n - mean * mean)
  }

  private mutating func reduce(_ gray: [UInt8], _ height: Int, _ width: Int) {
    let edges = (0...16).map { ($0 * width + 15) / 16 }
    var sums = [Int](repeating: 0, count: 256)
    var counts = [Int](repeating: 0, count: 256)
    unsafe gray.withUnsafeBufferPointer { pixels in
      for y in 0..<height {
        let cell = y * 16 / height * 16
        for x in 0..<16 {
          var part: UInt32 = 0
          for i in y * width + edges[x]..<y * width + edges[x + 1] { part &+= unsafe UInt32(pixels[i]) }
          sums[cell + x] &+= Int(part)
          counts[cell + x] &+= edges[x + 1] - edges[x]
        }
      }
    }
    for i in 0..<256 { thumbnail[i] = counts[i] > 0 ? Float(sums[i]) / Float(counts[i]) : 0 }
  }

  /// The mean absolute difference of two frames of one size.
  static func difference(_ a: [UInt8], _ b: [UInt8]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    var sum = 0
    unsafe a.withUnsafeBufferPointer { x in
      unsafe b.withUnsafeBufferPointer { y in
        for i in x.indices { sum &+= unsafe Int(abs(Int32(x[i]) &- Int32(y[i]))) }
      }
    }
    return Double(sum) / Double(a.count)
  }
}
