import ByteIO
import DemoFiles
import HDF5

/// Attributes and texts of a demonstration in HDF5: the input takes the place of their values in a valid file.
///
/// The structure of HDF5 itself is libhdf5's matter and stays as it is.
@Sendable func readDemonstration(_ input: [UInt8]) {
  var bytes = template
  var rest = input[...]
  for place in places {
    bytes.replaceSubrange(
      place.lowerBound..<place.lowerBound + min(place.count, rest.count), with: rest.prefix(place.count))
    rest = rest.dropFirst(place.count)
  }
  let path = file("turn_it_on_demo.hdf5", bytes)
  if let opened = try? HDF5File(path) {
    for object in ["", "data", "data/demo_0"] { _ = try? opened.attributes(object) }
  }
  guard let dataset = try? DemoDataset(path) else { return }
  for episode in 0..<2 { _ = try? dataset.record(episode, split: nil) }
}

private let template = resource("demonstration.hdf5")

/// Runs of the byte that the template is filled with where values belong.
private let places: [Range<Int>] = {
  var places: [Range<Int>] = []
  var start: Int?
  for (i, byte) in template.enumerated() {
    if byte == 0xA5, start == nil { start = i }
    guard let first = start, byte != 0xA5 else { continue }
    if i - first >= 8 { places.append(first..<i) }
    start = nil
  }
  precondition(places.count > 4, "the template has values to replace")
  return places
}()
