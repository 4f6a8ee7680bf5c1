"""The demo company: a dairy, its customers and three weeks of attendances. Planting it again adds nothing."""
