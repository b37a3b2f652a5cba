"""The figures of the lesson: pictures as PNG, charts and diagrams as SVG."""
