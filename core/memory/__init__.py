"""What agents keep about a person or the company: kept after a click, in somebody's own words."""
