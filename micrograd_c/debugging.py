"""``record_lines``, ``line_of`` and ``detect_anomaly``, which are the same for both engines."""

from python_ref.core.anomalies import detect_anomaly
from python_ref.core.source_lines import line_of, record_lines

__all__ = ["record_lines", "line_of", "detect_anomaly"]
