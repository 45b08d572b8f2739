/// The script of the page: under the pointer, or by the arrow keys, the legends tell the values of one step.
///
/// It reads them off the curves' coordinates, so that the page holds every point once.
enum PageScript {
  static let text = """
    "use strict";
    for (const svg of document.querySelectorAll("svg[data-steps]")) {
      const numbers = (name) => svg.dataset[name].split(" ").map(Number);
      const [left, right, top, bottom] = numbers("plot");
      const [firstStep, lastStep] = numbers("steps");
      const [low, high] = numbers("values");
      const figure = svg.closest("figure");
      const cursor = svg.querySelector(".cursor");
      const stepText = figure.querySelector("output.step");
      const curves = [...svg.querySelectorAll("path.read")].map((path) => ({
        points: path.getAttribute("d").split(/[ML]/).slice(1).map((pair) => pair.split(/[ h]/).map(Number)),
        output: figure.querySelector(`output[data-series="${path.dataset.series}"]`),
      }));
      const outputs = [stepText, ...curves.map((curve) => curve.output)];
      const initial = outputs.map((output) => output.textContent);
      let at = right;
      const nearest = (points, x) => {
        let from = 0, to = points.length - 1;
        while (from < to) {
          const middle = (from + to) >> 1;
          if (points[middle][0] < x) from = middle + 1; else to = middle;
        }
        return from > 0 && x - points[from - 1][0] < points[from][0] - x ? points[from - 1] : points[from];
      };
      const spelled = (value) => String(Number(value.toPrecision(4))).replace("-", "\\u2212");
      const show = (x) => {
        at = Math.min(right, Math.max(left, x));
        cursor.setAttribute("x1", at);
        cursor.setAttribute("x2", at);
        cursor.setAttribute("visibility", "visible");
        const step = Math.round(firstStep + (at - left) / (right - left) * (lastStep - firstStep));
        stepText.textContent = "step " + String(step).replace(/\\B(?=(\\d{3})+$)/g, "\\u202f");
        for (const { points, output } of curves) {
          if (points.length === 0) continue;
          const y = nearest(points, at)[1];
          output.textContent = spelled(low + (bottom - y) / (bottom - top) * (high - low));
        }
      };
      const reset = () => {
        cursor.setAttribute("visibility", "hidden");
        outputs.forEach((output, index) => { output.textContent = initial[index]; });
      };
      svg.addEventListener("pointermove", (event) => {
        const box = svg.getBoundingClientRect();
        show((event.clientX - box.left) / box.width * svg.viewBox.baseVal.width);
      });
      svg.addEventListener("pointerleave", reset);
      svg.addEventListener("blur", reset);
      svg.addEventListener("keydown", (event) => {
        const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (way) { show(at + way * (right - left) / 100); event.preventDefault(); }
        if (event.key === "Escape") reset();
      });
    }
    """
}
