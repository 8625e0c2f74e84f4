//! One function for each command; nothing prints.
