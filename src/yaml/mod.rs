//! YAML whose values keep their place.
